// Deploys once for all end-to-end tests that share a deployment.
import { Instance } from "./instance";

export default async function setup(): Promise<void> {
  const instance = await Instance.start();
  process.env["SERIN_E2E_STATE"] = instance.state.directory;
  Object.assign(globalThis, { stopSerin: () => instance.stop() });
}
