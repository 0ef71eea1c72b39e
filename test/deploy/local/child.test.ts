import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Child, type ChildEvent, shown } from "../../../deploy/local/child";
import { until } from "../../until";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-child-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(code: string, events: ChildEvent[] = []): Child {
  return new Child({
    command: process.execPath,
    args: ["-e", code],
    env: process.env,
    cwd: folder,
    log: path.join(folder, "child.log"),
    onEvent: (event) => events.push(event),
  });
}

const READY = 'console.log(JSON.stringify({ event: "ready", url: "http://x" }));';
const STAY = "setInterval(() => undefined, 1000);";

describe("a child process", () => {
  it("is awaited until its event, and ended by stop", async () => {
    const child = start(READY + STAY);
    await expect(child.waitFor("ready", "The child")).resolves.toMatchObject({ url: "http://x" });
    await child.stop();
    await expect(child.exited).resolves.toBe(128);
    await child.stop(); // a second time is no harm
  });

  it("may be stopped again, and after it has ended by itself", async () => {
    const child = start("process.exit(0)");
    expect(await child.exited).toBe(0);
    await expect(child.stop()).resolves.toBeUndefined();
    await expect(child.stop()).resolves.toBeUndefined();
  });

  it("is reported with its last words when it ends too early", async () => {
    const child = start('console.error("no room"); process.exit(3)');
    await expect(child.waitFor("ready", "The child")).rejects.toThrow(/The child did not start \(exit 3\): no room/);
  });

  it("is reported when it cannot be started at all", async () => {
    const options = {
      command: path.join(folder, "nothing"),
      args: [],
      env: {},
      cwd: folder,
      log: path.join(folder, "log"),
    };
    await expect(new Child(options).waitFor("ready", "It")).rejects.toThrow("ENOENT");
    await until(() => existsSync(options.log), 5_000);
  });

  it("logs what it prints, and passes on its events but not what only looks like one", async () => {
    const events: ChildEvent[] = [];
    const child = start(
      `console.log("hello\\n"); console.log('{"event"'); console.log('{"event":1}'); ${READY}`,
      events,
    );
    await expect(child.exited).resolves.toBe(0);
    expect(events).toEqual([{ event: "ready", url: "http://x" }]);
    await until(() => readFileSync(path.join(folder, "child.log"), "utf8").includes("ready"), 5_000);
    expect(readFileSync(path.join(folder, "child.log"), "utf8")).toContain("hello");
    expect(child.tail).toContain("hello");
  });

  it("is told about in few words: silence as such, its log relative to the user", async () => {
    await expect(start("process.exit(4)").waitFor("ready", "It")).rejects.toThrow(
      "It did not start (exit 4): no output",
    );
    expect(shown(path.join(process.cwd(), "logs"))).toBe("logs");
  });
});
