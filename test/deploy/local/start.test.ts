import { spawnSync } from "node:child_process";
import path from "node:path";
import { ROOT } from "../../../deploy/root";

describe("npm start", () => {
  it.each(["18.20.4", "20.18.3", "16.0.0"])("says in one line that Node %s is too old", (version) => {
    const start = JSON.stringify(path.join(ROOT, "deploy", "local", "start.cjs"));
    const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", `${pretend}; require(${start})`], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe(
      `Serin needs Node >= 20.19, but this is Node ${version}. Install a newer one from nodejs.org.\n`,
    );
  });
});
