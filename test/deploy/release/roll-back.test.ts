import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { ListDeploymentsCommand, StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import { explained } from "../../../deploy/release/aws-error";
import { rollBack } from "../../../deploy/release/roll-back";
import type { Wanted } from "../../../deploy/release/rollback-target";
import { ARN, awsError, World } from "./world";

let world: World;
let abort: AbortController;
let interruption: { signal: AbortSignal; goesOn: string };
let printed: string[];

beforeEach(() => {
  world = new World();
  world.model("model-a");
  world.model("model-b");
  world.store.set("/serin/prod/models/active-version", "model-b");
  world.store.set("/serin/prod/models/previous-version", "model-a");
  abort = new AbortController();
  interruption = { signal: abort.signal, goesOn: "Nothing was changed." };
  printed = [];
  const keep = (text: unknown) => void printed.push(String(text));
  jest.spyOn(console, "log").mockImplementation(keep);
  jest.spyOn(console, "error").mockImplementation(keep);
  jest.spyOn(process.stdout, "write").mockImplementation(() => true); // the steps
});
afterEach(() => {
  world.restore();
  jest.restoreAllMocks();
});

const roll = (wanted: Wanted = "before", ask = false) =>
  rollBack(world.stage, { wanted, why: "errors since noon", ask }, interruption);

const updates = () => world.cloudFormation.commandCalls(UpdateStackCommand).map(({ args }) => args[0].input);
const stops = () => world.codeDeploy.commandCalls(StopDeploymentCommand).map(({ args }) => args[0].input);

/** Version 1 with model a, then 2 and 3 with model b. */
function history(): void {
  world.release({ from: "1", to: "2" });
  world.release({ from: "2", to: "3" });
}

describe("a rollback while no release runs", () => {
  beforeEach(history);

  it("is one update of the stack with its own template, to the version that was live before", async () => {
    await expect(roll()).resolves.toBe(0);
    expect(world.alias.version).toBe("2");
    expect(updates()).toHaveLength(1);
    expect(updates()[0]).toMatchObject({ StackName: "serin-prod", UsePreviousTemplate: true });
    expect(updates()[0]?.Parameters).toEqual([
      { ParameterKey: "StableVersion", UsePreviousValue: true },
      { ParameterKey: "LiveVersion", ParameterValue: "2" },
      { ParameterKey: "LiveModel", ParameterValue: "model-b" },
      { ParameterKey: "LivePreviousModel", ParameterValue: "model-a" },
      { ParameterKey: "Release", ParameterValue: "immediate" },
    ]);
    expect(printed.join("\n")).toMatch(/Version 2 has all traffic again, \d+ s after the start/);
  });

  it.each<[Wanted, string, string]>([
    ["code", "2", "model-a"],
    ["model", "1", "model-b"],
    [{ version: "1" }, "1", "model-b"],
  ])("to %p goes to version %s and remembers model %s as the one before", async (wanted, version, previous) => {
    await roll(wanted);
    expect(world.alias.version).toBe(version);
    expect(world.parameters.get("LivePreviousModel")).toBe(previous);
  });

  it("finds the same version a second time, and says that it is done", async () => {
    await roll("model");
    world.release({ from: "3", to: "1" }); // what CodeDeploy made of it
    await expect(roll("model")).resolves.toBe(0);
    expect(updates()).toHaveLength(1);
    expect(printed.at(-1)).toMatch(/^Done already: version 1 has all traffic.*--to VERSION/s);
  });

  it("passes by versions that failed their release or that somebody rolled back from", async () => {
    world.versions.set("4", "model-b").set("5", "model-b").set("6", "model-b");
    world.release({ from: "3", to: "4" });
    world.release({ from: "4", to: "3" });
    world.store.set(
      "/serin/prod/releases/rollback-x",
      JSON.stringify({
        kind: "rollback",
        who: ARN,
        why: "",
        when: "2026-01-04T00:00:00Z",
        from: "4",
        to: "3",
        outcome: "done",
      }),
    );
    world.release({ from: "3", to: "5", status: "Failed" });
    world.release({ from: "3", to: "6" });
    [world.alias.version, world.deployed] = ["6", "6"];
    await roll("code");
    expect(world.alias.version).toBe("3");
  });

  it("does not take a rollback that failed for a release that was rolled back", async () => {
    world.release({ from: "3", to: "2", status: "Failed" });
    await roll();
    expect(world.alias.version).toBe("2");
  });

  it("waits while the stack cleans up", async () => {
    world.stackStatus = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
    setTimeout(() => {
      world.stackStatus = "UPDATE_COMPLETE";
    }, 5);
    await expect(roll()).resolves.toBe(0);
    expect(printed[0]).toContain("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS; waiting");
  });

  it("says what failed first when CloudFormation cannot do it, and records that", async () => {
    world.onUpdate = () => {
      world.stackStatus = "UPDATE_ROLLBACK_COMPLETE";
      world.events = [
        { ...event, LogicalResourceId: "ActiveModel", ResourceStatusReason: "cancelled" },
        { ...event, LogicalResourceId: "PredictAlias", ResourceStatusReason: "deployment failed" },
      ];
    };
    await expect(roll()).rejects.toThrow(/version 3 is live as before: PredictAlias: deployment failed/);
    expect(world.records()).toMatchObject([{ kind: "rollback", outcome: "failed" }]);
  });

  it.each<[string, Partial<StackEvent>[] | undefined, string]>([
    ["no events", undefined, "UPDATE_ROLLBACK_COMPLETE"],
    ["no failure among them", [{ ResourceStatus: "UPDATE_COMPLETE" }, {}], "UPDATE_ROLLBACK_COMPLETE"],
    ["no reason", [{ ResourceStatus: "UPDATE_FAILED", LogicalResourceId: "Alias" }], "Alias: UPDATE_FAILED"],
    ["no resource", [{ ResourceStatus: "UPDATE_FAILED", ResourceStatusReason: "refused" }], "refused"],
  ])("says what is known where CloudFormation tells %s", async (_, events, reason) => {
    world.onUpdate = () => {
      world.stackStatus = "UPDATE_ROLLBACK_COMPLETE";
    };
    const earlier = { ...event, LogicalResourceId: "Earlier", ClientRequestToken: "another" };
    world.cloudFormation.on(DescribeStackEventsCommand).callsFake(() => ({
      StackEvents: events && [
        ...events.map((own) => ({ ...own, ClientRequestToken: updates()[0]?.ClientRequestToken })),
        earlier,
      ],
    }));
    await expect(roll()).rejects.toThrow(new RegExp(`version 3 is live as before: ${reason}$`));
  });

  it("is content when somebody else was faster with the same target", async () => {
    world.cloudFormation.on(UpdateStackCommand).callsFake(() => {
      world.alias.version = "2";
      throw awsError("ValidationError", "No updates are to be performed.");
    });
    await expect(roll()).resolves.toBe(0);
  });

  it("fails clearly when somebody else began a change", async () => {
    const message = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.";
    world.cloudFormation.on(UpdateStackCommand).rejects(awsError("ValidationError", message));
    await expect(roll()).rejects.toThrow("Somebody else began to change stack serin-prod");
  });

  it("asks for the right that is missing", async () => {
    const message = `User: ${ARN} is not authorized to perform: cloudformation:UpdateStack on resource: x`;
    world.cloudFormation.on(UpdateStackCommand).rejects(awsError("AccessDenied", message));
    const error = explained(await roll().catch((reason: unknown) => reason));
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^Access denied: .* right cloudformation:UpdateStack/),
    );
  });

  it("changes nothing when nobody is there to confirm it", async () => {
    await expect(roll("before", true)).rejects.toThrow("add --yes");
    expect(updates()).toHaveLength(0);
    expect(world.records()).toEqual([]);
  });
});

const event = {
  StackId: "",
  EventId: "",
  StackName: "",
  Timestamp: new Date(),
  ResourceStatus: "UPDATE_FAILED" as const,
};

describe("a rollback's record", () => {
  beforeEach(history);

  it("says who, why, when, from and to: in the parameter store, in the log and to the topic", async () => {
    await roll();
    const record = { kind: "rollback", who: ARN, why: "errors since noon", from: "3", to: "2" };
    expect(world.records()).toMatchObject([{ ...record, when: expect.stringMatching(/^\d{4}-.*Z$/), outcome: "done" }]);
    expect(world.logged.map((line) => JSON.parse(line))).toMatchObject([{ outcome: "started" }, { outcome: "done" }]);
    expect(world.published[1]).toContain("errors since noon");
  });

  it("does not hold the traffic up when it cannot be written, but is shown", async () => {
    world.ssm.on(PutParameterCommand).rejects(awsError("InternalServerError"));
    await expect(roll()).resolves.toBe(0);
    expect(world.alias.version).toBe("2");
    expect(printed[0]).toMatch(/could not be recorded \(InternalServerError\).*errors since noon/);
  });
});

describe("a rollback while a release runs", () => {
  beforeEach(() => {
    history();
    world.versions.set("4", "model-b");
    world.release({ from: "3", to: "4", status: "InProgress" });
    world.alias.weights = { 4: 0.1 };
    world.stackStatus = "UPDATE_IN_PROGRESS";
    world.onStop = () => {
      world.release({ from: "4", to: "3", status: "InProgress", creator: "codeDeployRollback" });
      Object.assign(world.deployments[2] ?? {}, { status: "Stopped" });
      world.alias.weights = {};
      world.stackStatus = "UPDATE_ROLLBACK_COMPLETE";
    };
  });

  it("stops it with rollback, and leaves the stack to itself", async () => {
    await expect(roll()).resolves.toBe(0);
    expect(stops()).toEqual([{ deploymentId: "d-3", autoRollbackEnabled: true }]);
    expect(updates()).toHaveLength(0);
    expect(printed.at(-1)).toContain("Version 3 has all traffic again");
    expect(world.records()).toMatchObject([{ from: "4", to: "3", outcome: "done" }]);
  });

  it("says the second time that it is done, and does not go further back", async () => {
    await roll();
    await expect(roll()).resolves.toBe(0);
    expect(updates()).toHaveLength(0);
    expect(stops()).toHaveLength(1);
    expect(printed.at(-1)).toContain("version 4) was rolled back");
  });

  it.each<[Wanted, string]>([
    [{ version: "3" }, "model-b"],
    ["code", "model-b"],
    ["model", "model-a"],
  ])("stops it for %p when that is what stopping gives", async (wanted, model) => {
    world.versions.set("4", model);
    await expect(roll(wanted)).resolves.toBe(0);
    expect(stops()).toHaveLength(1);
    expect(printed.at(-1)).toContain("Version 3 has all traffic again");
    if (typeof wanted === "string") {
      await roll(wanted);
      expect(printed.at(-1)).toContain("version 4) was rolled back");
    }
  });

  it.each<[Wanted, string, string]>([
    [{ version: "1" }, "model-b", "--to 1"],
    ["model", "model-b", "--model"],
    ["code", "model-a", "--code"],
  ])("refuses %p when stopping does not give it", async (wanted, model, option) => {
    world.versions.set("4", model);
    await expect(roll(wanted)).rejects.toThrow(
      `sends all traffic to version 3, which is not what ${option} asks for. Nothing was changed. Run \`npm run rollback -- --stage prod\` first, which stops it, then again with ${option}.`,
    );
    expect(stops()).toHaveLength(0);
    expect(world.records()).toEqual([]);
  });

  it.each<Wanted>([{ version: "1" }, "model"])("goes on to %p once it was stopped", async (wanted) => {
    const { onUpdate } = world;
    world.onUpdate = (parameters) => {
      onUpdate(parameters);
      world.stackStatus = "UPDATE_COMPLETE";
    };
    await roll();
    await expect(roll(wanted)).resolves.toBe(0);
    expect(world.alias.version).toBe("1");
  });

  it("does not go further back when the stopped version is gone, which had the code or the model", async () => {
    await roll();
    world.versions.delete("4");
    await roll("model");
    expect(updates()).toHaveLength(0);
  });

  it("says so when the release was promoted before it could be stopped", async () => {
    world.codeDeploy.on(StopDeploymentCommand).callsFake(() => {
      Object.assign(world.deployments[2] ?? {}, { status: "Succeeded" });
      world.alias = { version: "4", weights: {} };
      throw awsError("DeploymentAlreadyCompletedException");
    });
    await expect(roll()).rejects.toThrow(/version 4 has all traffic\. Run `npm run rollback -- --stage prod` again/);
  });

  it("says what a stack asks for that could not roll back, once the traffic is back", async () => {
    const { onStop } = world;
    world.onStop = () => {
      onStop();
      world.stackStatus = "UPDATE_ROLLBACK_FAILED";
    };
    await expect(roll()).rejects.toThrow("aws cloudformation continue-update-rollback --stack-name serin-prod");
  });

  it("is told by Ctrl-C what goes on without it", async () => {
    world.onStop = () => abort.abort();
    await expect(roll()).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
    expect(interruption.goesOn).toContain("CodeDeploy shifts the traffic back to version 3");
    expect(world.records()).toMatchObject([{ outcome: "started" }]);
  });
});

describe("a rollback that cannot be", () => {
  it.each([
    ["UPDATE_ROLLBACK_FAILED", "continue-update-rollback --stack-name serin-prod --region us-east-1"],
    ["UPDATE_IN_PROGRESS", "cancel-update-stack"],
    ["DELETE_IN_PROGRESS", "Wait until it has ended"],
    ["ROLLBACK_COMPLETE", "npx sls remove --stage prod"],
  ])("says what a stack in %s asks for", async (status, remedy) => {
    history();
    world.stackStatus = status;
    await expect(roll()).rejects.toThrow(remedy);
    expect(updates()).toHaveLength(0);
  });

  it("gives CloudFormation's reason for the stack's state", async () => {
    history();
    const { Stacks = [] } = await world.stage.aws.cloudFormation.send(new DescribeStacksCommand({}));
    world.cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: Stacks.map((stack) => ({
        ...stack,
        StackStatus: "ROLLBACK_COMPLETE" as const,
        StackStatusReason: "quota exceeded",
      })),
    });
    await expect(roll()).rejects.toThrow("is ROLLBACK_COMPLETE (quota exceeded). It never came up");
  });

  it("does not take a refusal to show the target for its absence", async () => {
    history();
    world.lambda.on(GetFunctionConfigurationCommand).rejects(awsError("TooManyRequestsException"));
    await expect(roll()).rejects.toThrow("TooManyRequestsException");
    expect(updates()).toHaveLength(0);
  });

  it("says that there was nothing before the first version", async () => {
    [world.alias.version, world.deployed] = ["1", "1"];
    await expect(roll()).rejects.toThrow(/nothing to roll back to: 1 is the first version.*deploy:emergency/);
  });

  it.each<[Wanted, string]>([
    ["model", "another model"],
    ["code", "the same model"],
  ])("says that %s found no version with %s", async (wanted, which) => {
    world.release({ from: "2", to: "3" });
    world.versions.set("2", wanted === "model" ? "model-b" : "model-c");
    await expect(roll(wanted)).rejects.toThrow(which);
  });

  it("takes published versions where there is no history", async () => {
    await roll();
    expect(world.alias.version).toBe("2");
  });

  it("names a version that no longer exists", async () => {
    history();
    world.versions.delete("2");
    await expect(roll()).rejects.toThrow(/Version 2 of serin-prod-predict no longer exists.*--to VERSION/);
    expect(updates()).toHaveLength(0);
  });

  it.each([
    [undefined, "no longer exists"],
    ["Failed", "is Failed"],
  ])("names an endpoint that is %s, and how to make one", async (status, said) => {
    history();
    if (status === undefined) world.endpoints.delete("serin-prod-model-a");
    else world.endpoints.set("serin-prod-model-a", status);
    await expect(roll("model")).rejects.toThrow(
      new RegExp(
        `serin-prod-model-a, which ${said}.*npm run model:promote -- model-a --stage prod --without-governance "`,
      ),
    );
    expect(updates()).toHaveLength(0);
  });

  it.each([
    { version: "1", weights: {} },
    { version: "3", weights: { 2: 0.5 } },
  ])("says how to put back an alias that was moved by hand: %p", async (alias) => {
    history();
    world.alias = alias;
    await expect(roll()).rejects.toThrow(/moved by hand.*update-alias .* --function-version 3 /);
    expect(updates()).toHaveLength(0);
  });

  it("refuses a stack that knows nothing of rollbacks", async () => {
    history();
    world.parameters.delete("LiveVersion");
    await expect(roll()).rejects.toThrow("no output LiveVersion: it is of an older Serin");
  });

  it("does not mistake a refusal for an empty history", async () => {
    world.codeDeploy.on(ListDeploymentsCommand).rejects(awsError("AccessDeniedException"));
    await expect(roll()).rejects.toThrow("AccessDeniedException");
    expect(updates()).toHaveLength(0);
  });
});
