// Stops what global-setup.ts started.

export default async function teardown(): Promise<void> {
  const stop: unknown = Reflect.get(globalThis, "stopSerin");
  if (typeof stop === "function") await stop();
}
