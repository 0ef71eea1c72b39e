import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { UserError } from "../../../deploy/local/user-error";
import { explained } from "../../../deploy/release/aws-error";
import { runRelease, stageCommand } from "../../../deploy/release/release-command";
import { openStage } from "../../../deploy/release/stage";
import { waitUntil } from "../../../deploy/release/wait";
import { awsError } from "./world";

let printed: string[];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, "error").mockImplementation((text: unknown) => void printed.push(String(text)));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = 0;
});

describe("Ctrl-C", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "(%s) ends a command while it waits, with what goes on without it",
    async (signal) => {
      await runRelease((interruption) => {
        interruption.goesOn = "The release goes on.";
        setImmediate(() => process.emit(signal));
        return waitUntil(
          { pollMs: 60_000 },
          interruption.signal,
          () => Promise.resolve(0),
          () => false,
        );
      });
      expect(printed).toEqual(["\nInterrupted. The release goes on."]);
      expect(process.exitCode).toBe(130);
    },
  );

  it("is one press when npm passes it on; the second one ends the process", async () => {
    const exit = jest.spyOn(process, "exit").mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    const now = jest.spyOn(performance, "now").mockReturnValue(0);
    await runRelease(({ signal }) => {
      process.emit("SIGINT");
      process.emit("SIGINT");
      expect(signal.aborted).toBe(true);
      expect(exit).not.toHaveBeenCalled();
      now.mockReturnValue(2_000);
      expect(() => process.emit("SIGINT")).toThrow("exit 130");
      return Promise.resolve(0);
    });
  });

  it("hides no error that has a message for the user, and leaves no listener behind", async () => {
    const before = process.listenerCount("SIGINT");
    await runRelease(() => {
      process.emit("SIGINT");
      return Promise.reject(new UserError("The stack is stuck."));
    });
    expect(printed).toEqual(["The stack is stuck."]);
    expect(process.exitCode).toBe(1);
    expect(process.listenerCount("SIGINT")).toBe(before);
  });
});

describe("what AWS refuses", () => {
  it.each([
    [
      awsError(
        "AccessDeniedException",
        "User: x is not authorized to perform: codedeploy:ListDeployments on resource: y",
      ),
      "needs the right codedeploy:ListDeployments",
    ],
    [awsError("AccessDenied", "Access Denied"), "Access denied. AWS says: Access Denied"],
    [awsError("CredentialsProviderError", "no providers"), "No AWS credentials: set AWS_PROFILE"],
    [awsError("ExpiredTokenException", "expired"), "sign in again"],
    [Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), "`npm start` running?"],
  ])("%s becomes what to do", (error, said) => {
    expect(explained(error)).toBeInstanceOf(UserError);
    expect(explained(error)).toHaveProperty("message", expect.stringContaining(said));
  });

  it("leaves a bug what it is", () => {
    const bug = new TypeError("x is undefined");
    expect(explained(bug)).toBe(bug);
    expect(explained("text")).toBe("text");
  });
});

describe("a stage", () => {
  it("has names in which stack, function and parameters agree", () => {
    expect(openStage("prod", "eu-west-1")).toMatchObject({
      application: "serin-prod",
      functionName: "serin-prod-predict",
      deploymentGroup: "serin-prod-PredictLambdaFunctionDeploymentGroup",
      parameters: "/serin/prod",
      flags: "--stage prod --region eu-west-1",
    });
  });

  it.each(["", "../x", "a b", "1st"])("is not called %p", (name) => {
    expect(() => openStage(name)).toThrow("cannot be a stage");
  });

  it("local needs a local target that runs", () => {
    process.env["SERIN_STATE"] = mkdtempSync(path.join(tmpdir(), "serin-none-"));
    expect(() => openStage("local")).toThrow("No local target is running; start one with `npm start`.");
    rmSync(process.env["SERIN_STATE"], { recursive: true });
    delete process.env["SERIN_STATE"];
  });

  it("must be named", () => {
    const command = stageCommand("releases", "")
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    expect(() => command.parse([], { from: "user" })).toThrow("required option '--stage <stage>' not specified");
  });
});
