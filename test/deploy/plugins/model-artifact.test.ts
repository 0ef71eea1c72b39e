import { rmSync } from "node:fs";
import path from "node:path";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { list } from "tar";
import { fetchPackages } from "../../../deploy/container-packages";
import { modelVersion } from "../../../deploy/model-package";
import { ModelArtifactPlugin } from "../../../deploy/plugins/model-artifact";
import { ensurePython } from "../../../deploy/python-env";
import { makeModelFolder, write } from "../model-folder";
import { type Given, makeService, makeToolkit } from "./service";

jest.mock("../../../deploy/python-env");
jest.mock("../../../deploy/container-packages", () => ({
  ...jest.requireActual<object>("../../../deploy/container-packages"),
  fetchPackages: jest.fn(), // it needs a package index
}));

const [A, B] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] as const;
const PREFIX = "serverless/serin/prod/models/";

const s3 = mockClient(S3Client);
const ssm = mockClient(SSMClient);
let serviceDir: string;
let tree: string;

beforeEach(() => {
  s3.reset();
  ssm.reset();
  jest.clearAllMocks();
  s3.on(PutObjectCommand).resolves({});
  ssm.on(PutParameterCommand).resolves({});
  serviceDir = makeModelFolder();
  tree = modelVersion(serviceDir);
  uploaded();
  released();
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

function uploaded(...versions: readonly string[]): void {
  const Contents = versions.map((version) => ({ Key: `${PREFIX}${version}/model.tar.gz` }));
  s3.on(ListObjectsV2Command, { Prefix: PREFIX }).resolves({ Contents });
}

function released(active?: string, previous = "none"): void {
  const path = "/serin/prod/models";
  const values = { [`${path}/active-version`]: active, [`${path}/previous-version`]: previous };
  const Parameters = Object.entries(values).map(([Name, Value = ""]) => ({ Name, Value }));
  ssm.on(GetParametersCommand).resolves(active === undefined ? {} : { Parameters });
}

const AUTOPILOT = {
  version: "autopilotaaaaaaaaaaaa",
  uploadedAt: "2026-01-01T00:00:00.000Z",
  source: "autopilot",
  metrics: { "autopilot/validation": { accuracy: 0.8 } },
  job: "serin-prod-reviews",
  dataSha256: "00",
  containers: [
    {
      image: "763104351884.dkr.ecr.us-east-1.amazonaws.com/autogluon-inference:1",
      modelDataUrl: "s3://bucket/model.tar.gz",
      environment: {},
    },
  ],
};

/** What the parameter store has of the version of AUTOPILOT. */
function registered(metadata: object | undefined): void {
  const Name = `/serin/prod/models/versions/${AUTOPILOT.version}/metadata`;
  const Parameters = metadata ? [{ Name, Value: JSON.stringify(metadata) }] : [];
  ssm.on(GetParametersCommand, { Names: [Name] }).resolves({ Parameters });
}

type Parameters = Readonly<Record<string, string>>;

/** Resolves a variable as osls does while it reads serverless.yml. */
function variable(subject: ModelArtifactPlugin, address: string, parameters: Parameters = {}) {
  return subject.configurationVariablesSources.model.resolve({
    address,
    resolveVariable: (name) => Promise.resolve(parameters[/^param:(\w+), null$/.exec(name)?.[1] ?? ""] ?? null),
  });
}

function make(given: Given = {}, toolkit = makeToolkit()): ModelArtifactPlugin {
  return new ModelArtifactPlugin(makeService({ serviceDir, ...given }), {}, toolkit);
}

/** What osls does up to the first change. */
async function check(parameters: Parameters = {}): Promise<void> {
  const chooser = make();
  chooser.hooks.initialize();
  const { value: version } = await variable(chooser, "version", parameters);
  const { value: previous } = await variable(chooser, "previous", parameters);
  const subject = make({ model: { version: String(version), previous: String(previous) } });
  await variable(subject, "version", parameters);
  await subject.hooks["before:aws:deploy:deploy:createStack"]();
}

const upload = (given: Given = {}) => make(given).hooks["after:aws:deploy:deploy:uploadArtifacts"]();

async function packed(): Promise<string[]> {
  const names: string[] = [];
  const file = path.join(serviceDir, ".serverless", "model.tar.gz");
  await list({ file, onReadEntry: (entry) => names.push(entry.path) });
  return names;
}

describe("the model's variables", () => {
  it("are what the stage releases, in a deployment", async () => {
    released(A, B);
    const subject = make();
    expect(await variable(subject, "version")).toEqual({ value: A });
    expect(await variable(subject, "previous")).toEqual({ value: B });
    expect(ssm.commandCalls(GetParametersCommand)).toHaveLength(1);
  });

  it("are what the parameters want, with the live model to go back to", async () => {
    released(A, B);
    const subject = make();
    expect(await variable(subject, "version", { modelVersion: tree })).toEqual({ value: tree });
    expect(await variable(subject, "previous", { modelVersion: tree })).toEqual({ value: A });
  });

  it("are the model in the tree and none, without asking AWS, when there is nothing to deploy", async () => {
    const subject = make({ command: "package" });
    expect(await variable(subject, "version")).toEqual({ value: tree });
    expect(await variable(subject, "previous")).toEqual({ value: "none" });
    expect(ssm.calls()).toHaveLength(0);
  });

  it.each([
    ["another one is asked for", "name", {}, "there are ${model:version}, ${model:previous}, ${model:format}"],
    ["a parameter is wrong", "version", { modelVersion: "latest" }, 'modelVersion is "latest"'],
  ])(
    "fail in one sentence, not for each place that needs them, when %s",
    async (_name, address, parameters, message) => {
      const subject = make();
      expect(await variable(subject, address, parameters)).toEqual({ value: "none" });
      expect(subject.hooks.initialize).toThrow(message);
    },
  );

  it("say how a model of Autopilot's is asked, and run", async () => {
    registered(AUTOPILOT);
    const subject = make({ command: "package" });
    const wanted = { modelVersion: AUTOPILOT.version, previousModel: A };
    expect(await variable(subject, "format", wanted)).toEqual({ value: "autopilot" });
    expect(await variable(subject, "containers", wanted)).toEqual({
      value: { [AUTOPILOT.version]: AUTOPILOT.containers },
    });
    expect(await variable(make(), "format")).toEqual({ value: "serin" });
    expect(await variable(make(), "containers")).toEqual({ value: {} });
  });

  it.each([
    [
      "is not registered",
      undefined,
      "metadata is missing. Nothing was changed. `npm run model:autopilot -- --name JOB",
    ],
    ["is registered as something else", { ...AUTOPILOT, containers: [] }, "metadata is no model of Autopilot's"],
  ])("fail when a model of Autopilot's %s", async (_name, metadata, message) => {
    registered(metadata);
    const subject = make({ command: "package" });
    await variable(subject, "version", { modelVersion: AUTOPILOT.version });
    expect(subject.hooks.initialize).toThrow(message);
  });

  it("fail when AWS does not say how a model of Autopilot's is run", async () => {
    ssm.on(GetParametersCommand).rejects(new Error("no credentials"));
    const subject = make({ command: "package" });
    await variable(subject, "version", { modelVersion: AUTOPILOT.version });
    expect(subject.hooks.initialize).toThrow(/no credentials.*credentials that allow ssm:GetParameters/);
  });

  it("let the command begin when they are known", async () => {
    const subject = make();
    await variable(subject, "version");
    expect(subject.hooks.initialize).not.toThrow();
  });
});

describe("a deployment's models", () => {
  it("need no archive on the first deployment", async () => {
    await check();
    expect(s3.calls()).toHaveLength(0);
  });

  it("may be uploaded ones", async () => {
    released(A, B);
    uploaded(A, B);
    await expect(check()).resolves.toBeUndefined();
  });

  it("need none in S3 that Autopilot made: its registration says where they are", async () => {
    released(A, B);
    uploaded(A, B);
    registered(AUTOPILOT);
    await expect(check({ modelVersion: AUTOPILOT.version })).resolves.toBeUndefined();
  });

  it("must be there: an unknown one is refused with those that are", async () => {
    released(A, B);
    uploaded(A, B);
    await expect(check({ modelVersion: "cccccccccccc" })).rejects.toThrow(
      new RegExp(
        `Model cccccccccccc is neither uploaded .* Nothing was changed.*: ${A}, ${B}, ${tree} \\(in the working tree\\)`,
      ),
    );
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
  });

  it("must be there on the first deployment, too", async () => {
    await expect(check({ modelVersion: A })).rejects.toThrow(
      `there with --param="modelVersion=…": ${tree} (in the working tree)`,
    );
  });

  it("include the previous one: without its archive nothing is deployed, and both repairs are named", async () => {
    released(A, B);
    uploaded(A);
    const checking = check();
    await expect(checking).rejects.toThrow(
      `The archive of model ${B}, which a rollback would return to, is no longer in S3`,
    );
    await expect(checking).rejects.toThrow("git checkout COMMIT -- model");
    await expect(checking).rejects.toThrow('--param="previousModel=none"');
    await expect(check({ previousModel: "none" })).resolves.toBeUndefined();
  });

  it.each([
    ["a promotion", () => ({ modelVersion: tree })],
    ["any other deployment", () => ({})],
  ])("keep the live one in %s: without its archive it can only be uploaded again", async (_name, parameters) => {
    released(A, B);
    uploaded(B);
    const failure = await check(parameters()).catch(String);
    expect(failure).toContain(`The archive of model ${A}, which is live, is no longer in S3`);
    expect(failure).not.toContain("previousModel=none");
  });

  it("are those that were packaged, if it was done before", async () => {
    released(A, B);
    const subject = make({ model: { version: tree, previous: "none" } });
    await variable(subject, "version");
    await expect(subject.hooks["before:aws:deploy:deploy:createStack"]()).rejects.toThrow(
      `The package has model ${tree} (previous: none), but this deployment is to have ${A} (previous: ${B})`,
    );
  });
});

describe("uploading the model in the tree", () => {
  it("puts the archive under the hash of its content, and registers it", async () => {
    await upload();
    const [put] = s3.commandCalls(PutObjectCommand);
    expect(put?.args[0].input).toMatchObject({ Bucket: "bucket", Key: `${PREFIX}${tree}/model.tar.gz` });
    const [registered] = ssm.commandCalls(PutParameterCommand);
    expect(registered?.args[0].input).toMatchObject({ Name: `/serin/prod/models/versions/${tree}/metadata` });
    expect(JSON.parse(registered?.args[0].input.Value ?? "")).toEqual({
      version: tree,
      s3Uri: `s3://bucket/${PREFIX}${tree}/model.tar.gz`,
      uploadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      source: "trained",
      metrics: { "test/words": { macro_f1: 0.5, accuracy: 0.6 } },
    });
  });

  it("packs the Python packages where the stage says so", async () => {
    write(serviceDir, "packages/numpy/__init__.py", "");
    jest.mocked(fetchPackages).mockResolvedValueOnce(path.join(serviceDir, "packages"));
    await upload({ model: { dependencies: "packed" } });
    expect(ensurePython).toHaveBeenCalled(); // pip is in its environment
    expect(await packed()).toContain("lib/numpy/__init__.py");
  });

  it("packs and fetches none where the stage says none", async () => {
    await upload({ model: { dependencies: "none" } });
    expect(fetchPackages).not.toHaveBeenCalled();
    expect(await packed()).not.toContainEqual(expect.stringMatching(/^lib/));
  });

  it("happens once for equal content", async () => {
    uploaded(A, tree);
    await upload({ model: { dependencies: "packed" } });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
    expect(fetchPackages).not.toHaveBeenCalled();
  });

  it.each([
    ["other files", { Contents: [{ Key: "serverless/serin/prod/models/readme.txt" }, {}] }],
    ["nothing", {}],
  ])("happens where the bucket holds %s below the models' prefix", async (_, answer) => {
    s3.on(ListObjectsV2Command, { Prefix: PREFIX }).resolves(answer);
    await upload();
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
  });

  it("does not mistake a refusal for a missing archive", async () => {
    s3.on(ListObjectsV2Command).rejects(new Error("AccessDenied"));
    await expect(upload()).rejects.toThrow("AccessDenied");
  });

  it("happens even when osls finds nothing to deploy, so that it can be promoted", async () => {
    await upload({ shouldNotDeploy: true });
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
  });

  it("says how to release it when another model is live", () => {
    const toolkit = makeToolkit();
    make({ model: { version: A } }, toolkit).hooks["after:deploy:deploy"]();
    expect(toolkit.notices).toEqual([expect.stringContaining(`npm run model:promote -- ${tree} --stage prod`)]);
  });

  it("says nothing more when it is the live one", () => {
    const toolkit = makeToolkit();
    make({ model: { version: tree } }, toolkit).hooks["after:deploy:deploy"]();
    expect(toolkit.notices).toEqual([]);
  });
});
