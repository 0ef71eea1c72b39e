import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { reportCommand } from "../../deploy/governance/report-command";
import { slsEnvironment } from "../../deploy/local/aws";
import { createWorkspace, SLS } from "../../deploy/local/workspace";
import { stageCommand } from "../../deploy/release/release-command";
import { stageFlags } from "../../deploy/stage-region";

const workspace = mkdtempSync(path.join(tmpdir(), "serin-region-"));
beforeAll(() => createWorkspace(workspace));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));
afterEach(() => {
  delete process.env["AWS_REGION"];
});

function setRegion(region: string | undefined): void {
  if (region === undefined) delete process.env["AWS_REGION"];
  else process.env["AWS_REGION"] = region;
}

/** Where `sls deploy` goes. */
function regionOfOsls(env: NodeJS.ProcessEnv, ...args: readonly string[]): string {
  const print = [SLS, "print", "--path", "provider.region", "--stage", "prod", ...args];
  return execFileSync(process.execPath, print, { cwd: workspace, env, encoding: "utf8", stdio: "pipe" }).trim();
}

it.each([
  [undefined, "us-east-1"],
  ["", "us-east-1"],
  ["eu-central-1", "eu-central-1"],
])(
  "with AWS_REGION %p, every command and sls deploy go to %s",
  (region, expected) => {
    setRegion(region);
    for (const make of [stageCommand, reportCommand]) {
      const regionOf = (...args: readonly string[]) =>
        make("x", "")
          .parse(["--stage", "prod", ...args], { from: "user" })
          .opts()["region"];
      expect(regionOf()).toBe(expected);
      expect(regionOf("--region", "eu-west-1")).toBe("eu-west-1");
    }
    expect(regionOfOsls(process.env)).toBe(expected);
  },
  60_000,
);

it("--region has the last word, and the local target its own region", () => {
  setRegion("eu-central-1");
  expect(regionOfOsls(process.env, "--region", "eu-west-1")).toBe("eu-west-1");
  expect(regionOfOsls(slsEnvironment("http://127.0.0.1:9"))).toBe("us-east-1");
}, 60_000);

it.each([
  [undefined, "us-east-1", "--stage prod"],
  [undefined, "eu-central-1", "--stage prod --region eu-central-1"],
  ["eu-central-1", "eu-central-1", "--stage prod --region eu-central-1"], // another shell may not have it
  ["eu-central-1", "us-east-1", "--stage prod --region us-east-1"],
])("with AWS_REGION %p, a line about a stage in %s has %s", (shell, region, flags) => {
  setRegion(shell);
  expect(stageFlags("prod", region)).toBe(flags);
});
