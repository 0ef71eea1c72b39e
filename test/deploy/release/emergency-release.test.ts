import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PublishCommand } from "@aws-sdk/client-sns";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { UserError } from "../../../deploy/local/user-error";
import { releaseAtOnce } from "../../../deploy/release/emergency-release";
import { confirm } from "../../../deploy/release/release-command";
import { slsDeploy } from "../../../deploy/release/sls-deploy";
import { ARN, awsError, World } from "./world";

jest.mock("../../../deploy/release/sls-deploy");
jest.mock("../../../deploy/release/release-command", () => ({ confirm: jest.fn() }));

let world: World;
let abort: AbortController;
beforeEach(() => {
  world = new World();
  abort = new AbortController();
  for (const method of ["log", "error"] as const) jest.spyOn(console, method).mockImplementation(() => undefined);
});
afterEach(() => {
  world.restore();
  jest.restoreAllMocks();
  jest.mocked(slsDeploy).mockReset();
});

const run = (why = "alarms fire, the fix is reviewed", ask = false) =>
  releaseAtOnce(world.stage, why, ask, { signal: abort.signal, goesOn: "" });

it("records who, why and when before it starts, and how it ended after", async () => {
  jest.mocked(slsDeploy).mockImplementation(() => {
    const started = {
      kind: "emergency",
      who: ARN,
      why: "alarms fire, the fix is reviewed",
      from: "3",
      to: "new",
      outcome: "started",
    };
    expect(world.records()).toMatchObject([{ ...started, when: expect.stringMatching(/Z$/) }]);
    expect(world.logged).toHaveLength(1);
    const { default: text, https } = JSON.parse(String(world.published[0]));
    expect(text).toContain(`${ARN}: emergency of stage prod from version 3 to new started`);
    expect(JSON.parse(https)).toMatchObject({
      version: "1.0",
      source: "custom",
      content: { title: "serin prod: emergency started", description: expect.stringContaining("Reason: ") },
    });
    world.alias.version = "4";
    return Promise.resolve();
  });
  await expect(run()).resolves.toBe(0);
  expect(slsDeploy).toHaveBeenCalledWith(world.stage, { release: "immediate" }, expect.anything());
  expect(world.records()).toMatchObject([{ from: "3", to: "4", outcome: "done" }]);
  expect(world.published).toHaveLength(2);
});

it("records that it failed", async () => {
  jest.mocked(slsDeploy).mockRejectedValue(new UserError("sls deploy failed: no such role"));
  await expect(run()).rejects.toThrow("no such role");
  expect(world.records()).toMatchObject([{ outcome: "failed" }]);
});

it("leaves the record at started when Ctrl-C ends it, since AWS goes on", async () => {
  jest.mocked(slsDeploy).mockImplementation(() => {
    abort.abort();
    return Promise.reject(new Error("aborted"));
  });
  await expect(run()).rejects.toThrow();
  expect(world.records()).toMatchObject([{ outcome: "started" }]);
});

it.each<[string, () => void]>([
  [
    "parameter",
    () =>
      world.ssm
        .on(PutParameterCommand)
        .rejects(awsError("AccessDeniedException", "not authorized to perform: ssm:PutParameter on x")),
  ],
  ["log stream", () => world.logs.on(CreateLogStreamCommand).rejects(awsError("ServiceUnavailableException"))],
  ["log entry", () => world.logs.on(PutLogEventsCommand).rejects(awsError("ResourceNotFoundException"))],
  ["notification", () => world.sns.on(PublishCommand).rejects(awsError("NotFoundException"))],
  ["identity", () => world.sts.on(GetCallerIdentityCommand).rejects(awsError("ExpiredToken"))],
])("deploys nothing when the %s cannot be had", async (_, arrange) => {
  arrange();
  await expect(run()).rejects.toThrow(/^Nothing was deployed, because the record of it cannot be written: /);
  expect(slsDeploy).not.toHaveBeenCalled();
});

it.each(["", "asap", "  too short  "])("takes no reason such as %p", async (why) => {
  await expect(run(why)).rejects.toThrow("at least 10 characters");
  expect(slsDeploy).not.toHaveBeenCalled();
});

it("starts nothing beside a release that runs", async () => {
  world.release({ from: "3", to: "4", status: "InProgress" });
  await expect(run()).rejects.toThrow("version 4 still runs");
  expect(world.records()).toEqual([]);
});

it.each([true, false])("asks first, and with the answer %p deploys or leaves all as it is", async (answer) => {
  jest.mocked(confirm).mockResolvedValue(answer);
  await expect(run(undefined, true)).resolves.toBe(answer ? 0 : 1);
  expect(confirm).toHaveBeenCalledWith(expect.stringContaining("all traffic of stage prod"), abort.signal);
  expect(slsDeploy).toHaveBeenCalledTimes(answer ? 1 : 0);
  expect(world.records()).toHaveLength(answer ? 1 : 0);
});

it("adds to the log stream that its start made", async () => {
  world.logs.on(CreateLogStreamCommand).rejects(awsError("ResourceAlreadyExistsException"));
  await expect(run()).resolves.toBe(0);
  expect(world.logged).toHaveLength(2);
});

it("records an identity that AWS does not tell as unknown", async () => {
  world.sts.on(GetCallerIdentityCommand).resolves({});
  await run();
  expect(world.records()).toMatchObject([{ who: "unknown" }]);
});
