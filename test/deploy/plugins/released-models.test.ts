import { GetParametersCommand, ParameterAlreadyExists, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { chooseModels, readReleasedModels, registerModel } from "../../../deploy/plugins/released-models";

const [A, B, C] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"] as const;
const ACTIVE = "/serin/prod/models/active-version";
const PREVIOUS = "/serin/prod/models/previous-version";

const ssm = mockClient(SSMClient);
const client = new SSMClient({ region: "eu-west-1" });
beforeEach(() => ssm.reset());

function stored(values: Readonly<Record<string, string>>): void {
  const Parameters = Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
  ssm.on(GetParametersCommand).resolves({ Parameters });
}

describe("what a deployment releases", () => {
  const tree = () => C;

  it.each([
    ["the model in the tree at first", {}, undefined, { active: C, previous: "none" }],
    ["the active one, whatever is in the tree", {}, { active: A, previous: B }, { active: A, previous: B }],
    [
      "the wanted one, with the active one to go back to",
      { version: C },
      { active: A, previous: B },
      { active: C, previous: A },
    ],
    ["the previous one again", { version: B }, { active: A, previous: B }, { active: B, previous: A }],
    ["no model to go back to", { previous: "none" }, { active: A, previous: B }, { active: A, previous: "none" }],
    ["what is wanted, where nothing is known", { version: A, previous: B }, undefined, { active: A, previous: B }],
  ])("is %s", (_name, wanted, released, expected) => {
    expect(chooseModels(wanted, released, tree)).toEqual(expected);
  });

  it.each([
    ["modelVersion", { version: "latest" }, 'modelVersion is "latest"; it must be the id of a model version'],
    ["previousModel", { previous: "" }, 'previousModel is ""; it must be the id of a model version'],
    [
      "an active model that is its own previous one",
      { previous: A },
      `previousModel is ${A}, which is to be the active model`,
    ],
    [
      "a promotion that would remove the live model",
      { version: C, previous: "none" },
      `previousModel is none, but ${A} is live`,
    ],
  ])("refuses %s", (_name, wanted, message) => {
    expect(() => chooseModels(wanted, { active: A, previous: B }, tree)).toThrow(message);
  });
});

describe("what a stage releases", () => {
  it("is what its parameters say", async () => {
    stored({ [ACTIVE]: A, [PREVIOUS]: "none" });
    expect(await readReleasedModels(client, "prod")).toEqual({ active: A, previous: "none" });
  });

  it("is nothing before the first deployment", async () => {
    stored({});
    expect(await readReleasedModels(client, "prod")).toBeUndefined();
  });

  it.each([
    ["empty", { [ACTIVE]: "", [PREVIOUS]: "none" }, `${ACTIVE} holds "", which is no model version`],
    ["garbage", { [ACTIVE]: A, [PREVIOUS]: "<script>" }, `${PREVIOUS} holds "<script>"`],
    ["gone", { [PREVIOUS]: A }, `${ACTIVE} is missing: it was changed by hand`],
  ])("is refused when a parameter is %s, with the repair", async (_name, values, message) => {
    stored(values);
    const reading = readReleasedModels(client, "prod");
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow("aws ssm put-parameter --overwrite");
  });

  it("is not guessed when SSM refuses", async () => {
    ssm.on(GetParametersCommand).rejects(Object.assign(new Error("not authorized"), { name: "AccessDeniedException" }));
    await expect(readReleasedModels(client, "prod")).rejects.toThrow(
      /AccessDeniedException: not authorized.* Nothing was changed; deploy with credentials that allow ssm:GetParameters/,
    );
  });
});

describe("registering a model", () => {
  const metadata = {
    version: A,
    s3Uri: "s3://bucket/a",
    uploadedAt: "2026-01-01T00:00:00.000Z",
    source: "trained",
    metrics: { "test/words": { macro_f1: 0.5, accuracy: 0.6 } },
  } as const;

  it("keeps where it is, since when, where from and how good it is", async () => {
    ssm.on(PutParameterCommand).resolves({});
    await registerModel(client, "prod", metadata, true);
    const [call] = ssm.commandCalls(PutParameterCommand);
    expect(call?.args[0].input).toMatchObject({ Name: `/serin/prod/models/versions/${A}/metadata`, Overwrite: true });
    expect(JSON.parse(call?.args[0].input.Value ?? "")).toEqual(metadata);
  });

  it("leaves an earlier record of the same upload", async () => {
    ssm
      .on(PutParameterCommand, { Overwrite: false })
      .rejects(new ParameterAlreadyExists({ $metadata: {}, message: "" }));
    await expect(registerModel(client, "prod", metadata, false)).resolves.toBeUndefined();
  });

  it("fails when it is refused", async () => {
    ssm.on(PutParameterCommand).rejects(new Error("denied"));
    await expect(registerModel(client, "prod", metadata, false)).rejects.toThrow("denied");
  });
});
