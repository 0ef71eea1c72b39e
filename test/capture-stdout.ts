// Collects the JSON lines that code writes to stdout.

/** One parsed line. */
export type Line = Readonly<Record<string, unknown>>;

/** Runs `write` and returns the lines of JSON it wrote, which are not shown. */
export function captureStdout(write: () => void): Line[] {
  const capture = startCapture();
  try {
    write();
    return capture.lines();
  } finally {
    capture.stop();
  }
}

/** For code that writes later on: `stop` must be called. */
export function startCapture(): { lines(): Line[]; text(): string; stop(): void } {
  const written: string[] = [];
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((chunk: string | Uint8Array) => {
      written.push(Buffer.from(chunk).toString());
      return true;
    }),
  );
  const stop = () => {
    for (const spy of spies) spy.mockRestore();
  };
  const text = () => written.join("");
  return { text, lines: () => jsonLines(text()), stop };
}

function jsonLines(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Line => JSON.parse(line));
}
