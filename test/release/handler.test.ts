// The hook against real HTTP: whatever the qualification does, CodeDeploy is told Succeeded or Failed.
import { handler, REPORT_MS } from "../../src/release/handler";
import { startCapture } from "../capture-stdout";
import { type Answer, type AwsServer, answer, awsError, raw, startAws } from "./aws-server";

const EVENT = { DeploymentId: "d-1", LifecycleEventHookExecutionId: "hook-1" };
const SUCCEEDED = answer({ outcome: "Succeeded", reasons: ["All is well."] });

const environment = process.env;
let aws: AwsServer;
let output: ReturnType<typeof startCapture>;

beforeEach(async () => {
  aws = await startAws();
  process.env = {
    ...environment,
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    QUALIFY_FUNCTION: "serin-dev-qualify",
    QUALIFY_TIMEOUT_MS: "60000",
  };
  output = startCapture();
});
afterEach(async () => {
  output.stop();
  process.env = environment;
  await aws.close();
});

const runHook = (remainingMs = 600_000) => handler(EVENT, { getRemainingTimeInMillis: () => remainingMs });
const statuses = () => aws.reports.map(({ body }) => body);
const report = (status: string) => ({ deploymentId: "d-1", lifecycleEventHookExecutionId: "hook-1", status });

describe("the pre-traffic hook", () => {
  it("has the version qualified and reports that it succeeded", async () => {
    aws.lambda = SUCCEEDED;
    await runHook();
    expect(aws.invocations).toMatchObject([
      { path: "/2015-03-31/functions/serin-dev-qualify/invocations", body: { deploymentId: "d-1" } },
    ]);
    expect(aws.reports).toMatchObject([{ target: "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus" }]);
    expect(statuses()).toEqual([report("Succeeded")]);
    expect(output.lines()).toMatchObject([{ level: "INFO", outcome: "Succeeded", reasons: ["All is well."] }]);
  });

  it.each<[string, Answer, string]>([
    ["was refused", answer({ outcome: "Failed", reasons: ["Too slow."] }), "Too slow."],
    [
      "crashed",
      answer({ errorType: "Runtime.ExitError", errorMessage: "exit 1" }, "Unhandled"),
      "Runtime.ExitError: exit 1",
    ],
    ["timed out by itself", answer({ errorMessage: "Task timed out after 300 s" }, "Unhandled"), "Task timed out"],
    ["crashed without a word", raw("", "Unhandled"), "not JSON"],
    ["answered no JSON", raw("<html>"), "not JSON"],
    ["answered null", answer(null), "no outcome"],
    ["answered an unknown outcome", answer({ outcome: "Fine", reasons: [] }), "no outcome"],
    ["answered no reasons", answer({ outcome: "Succeeded" }), "no outcome"],
    ["may not be invoked", awsError(403, "AccessDeniedException", "not authorized"), "AccessDeniedException"],
    ["does not exist", awsError(404, "ResourceNotFoundException", "no such function"), "ResourceNotFoundException"],
    ["broke the connection", (response) => response.destroy(), "did not finish"],
  ])("reports Failed when the qualification %s, and logs why", async (_name, lambda, why) => {
    aws.lambda = lambda;
    await runHook();
    expect(statuses()).toEqual([report("Failed")]);
    expect(output.lines()).toMatchObject([{ level: "ERROR", outcome: "Failed", deployment_id: "d-1" }]);
    expect(output.text()).toContain(why);
  });

  it("gives a hanging qualification up at its deadline", async () => {
    process.env["QUALIFY_TIMEOUT_MS"] = "50";
    await runHook();
    expect(statuses()).toEqual([report("Failed")]);
    expect(output.text()).toContain("it ran out of time");
  });

  it.each([
    ["a little time is left", REPORT_MS + 50],
    ["only time to report is left", REPORT_MS],
    ["hardly any time is left", 1],
  ])("reports before its own time is over when %s", async (_name, remainingMs) => {
    await runHook(remainingMs);
    expect(statuses()).toEqual([report("Failed")]);
  });

  it("reports although nothing listens where Lambda should be", async () => {
    process.env["AWS_ENDPOINT_URL_LAMBDA"] = "http://127.0.0.1:9";
    await runHook();
    expect(statuses()).toEqual([report("Failed")]);
  });

  it.each([
    ["QUALIFY_FUNCTION", ""],
    ["QUALIFY_TIMEOUT_MS", "soon"],
    ["QUALIFY_TIMEOUT_MS", "0"],
  ])("reports Failed when %s is %j", async (name, value) => {
    process.env[name] = value;
    await runHook();
    expect(statuses()).toEqual([report("Failed")]);
    expect(output.text()).toContain(name);
  });

  it("reports again when CodeDeploy fails or does not answer", async () => {
    aws.lambda = SUCCEEDED;
    aws.codeDeploy = [awsError(500, "InternalFailure", "oops"), (response) => response.destroy(), answer({})];
    await runHook();
    expect(statuses()).toEqual([report("Succeeded"), report("Succeeded"), report("Succeeded")]);
  });

  it("fails visibly when CodeDeploy refuses the report", async () => {
    aws.lambda = SUCCEEDED;
    aws.codeDeploy = [awsError(400, "AccessDeniedException", "not authorized")];
    await expect(runHook()).rejects.toThrow("not authorized");
  });

  it.each([null, "text", {}, { DeploymentId: "d-1" }, { ...EVENT, DeploymentId: "" }, { ...EVENT, DeploymentId: 7 }])(
    "refuses the event %j, since there is nobody to report to",
    async (event) => {
      await expect(handler(event, { getRemainingTimeInMillis: () => 60_000 })).rejects.toThrow("DeploymentId");
      expect([...aws.invocations, ...aws.reports]).toEqual([]);
    },
  );
});
