import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { clearState, lockState, readTarget, type State, stateOf, writeTarget } from "../../../deploy/local/state";
import { ROOT } from "../../../deploy/root";

let state: State;
beforeEach(() => {
  state = stateOf({ SERIN_STATE: mkdtempSync(path.join(tmpdir(), "serin-state-")) });
});
afterEach(() => rmSync(state.directory, { recursive: true, force: true }));

const target = {
  url: "http://127.0.0.1:3000",
  apiUrl: "http://127.0.0.1:4566/api",
  awsUrl: "http://127.0.0.1:4566",
  userPoolId: "pool",
  machineClientId: "machine",
  peopleClientId: "people",
};

describe("the state folder", () => {
  it("is .serin in the repository unless told otherwise", () => {
    expect(stateOf({}).directory).toBe(path.join(ROOT, ".serin"));
  });

  it("starts afresh", () => {
    clearState(state);
    writeFileSync(path.join(state.logs, "old.log"), "old");
    clearState(state);
    expect(existsSync(path.join(state.logs, "old.log"))).toBe(false);
    expect(existsSync(state.workspace)).toBe(true);
  });

  it("belongs to one running process", () => {
    writeFileSync(path.join(state.directory, "lock"), String(process.ppid));
    expect(() => lockState(state)).toThrow(`already running (process ${process.ppid})`);
    writeTarget(state, target);
    expect(() => lockState(state)).toThrow("already running at http://127.0.0.1:3000");
  });

  it.each(["2147483646", "not a number", ""])("is taken over from a process that is gone (%j)", (holder) => {
    writeFileSync(path.join(state.directory, "lock"), holder);
    const release = lockState(state);
    expect(readFileSync(path.join(state.directory, "lock"), "utf8")).toBe(String(process.pid));
    release();
    expect(existsSync(path.join(state.directory, "lock"))).toBe(false);
  });

  it("forgets the target when it is released", () => {
    const release = lockState(state);
    writeTarget(state, target);
    expect(readTarget(state)).toEqual(target);
    release();
    expect(() => readTarget(state)).toThrow("start one with `npm start`");
  });

  it("says so when the record of a target is not ours", () => {
    writeFileSync(path.join(state.directory, "target.json"), '{"url":1}');
    expect(() => readTarget(state)).toThrow("is not what this version of Serin writes");
  });
});
