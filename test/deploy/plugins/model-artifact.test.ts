import { rmSync } from "node:fs";
import path from "node:path";
import { HeadObjectCommand, NotFound, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { list } from "tar";
import { fetchDependencies } from "../../../deploy/model-dependencies";
import { modelVersion } from "../../../deploy/model-package";
import { ModelArtifactPlugin } from "../../../deploy/plugins/model-artifact";
import { ensurePython } from "../../../deploy/python-env";
import { makeModelFolder, write } from "../model-folder";

jest.mock("../../../deploy/python-env");
jest.mock("../../../deploy/model-dependencies", () => ({
  ...jest.requireActual<object>("../../../deploy/model-dependencies"),
  fetchDependencies: jest.fn(), // it needs a package index
}));

const s3 = mockClient(S3Client);
let serviceDir: string;

beforeEach(() => {
  s3.reset();
  jest.clearAllMocks();
  serviceDir = makeModelFolder();
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

function plugin({ shouldNotDeploy = false, dependencies = "none" } = {}): ModelArtifactPlugin {
  const provider = {
    getStage: () => "prod",
    getServerlessDeploymentBucketName: () => Promise.resolve("bucket"),
    getAwsSdkV3Config: () => Promise.resolve({ region: "us-east-1" }),
  };
  const serverless = {
    serviceDir,
    service: { service: "serin", provider: { shouldNotDeploy }, custom: { model: { dependencies } } },
    getProvider: () => provider,
  };
  return new ModelArtifactPlugin(serverless, {}, { progress: { get: () => ({ notice: () => undefined }) } });
}

async function deploy(subject: ModelArtifactPlugin): Promise<void> {
  subject.hooks["before:package:initialize"]();
  await subject.hooks["after:aws:deploy:deploy:uploadArtifacts"]();
}

async function uploaded(): Promise<string[]> {
  const names: string[] = [];
  await list({
    file: path.join(serviceDir, ".serverless", "model.tar.gz"),
    onReadEntry: (entry) => names.push(entry.path),
  });
  return names;
}

const notFound = new NotFound({ $metadata: {}, message: "" });

describe("the model plugin", () => {
  it("uploads the archive under the hash of its content", async () => {
    s3.on(HeadObjectCommand).rejects(notFound).on(PutObjectCommand).resolves({});
    await deploy(plugin());
    const [put] = s3.commandCalls(PutObjectCommand);
    expect(put?.args[0].input).toMatchObject({
      Bucket: "bucket",
      Key: `serverless/serin/prod/models/${modelVersion(serviceDir)}/model.tar.gz`,
    });
  });

  it("packs the Python packages where the stage says so", async () => {
    s3.on(HeadObjectCommand).rejects(notFound).on(PutObjectCommand).resolves({});
    write(serviceDir, "packages/numpy/__init__.py", "");
    jest.mocked(fetchDependencies).mockResolvedValueOnce(path.join(serviceDir, "packages"));
    await deploy(plugin({ dependencies: "packed" }));
    expect(ensurePython).toHaveBeenCalled(); // pip is in its environment
    expect(await uploaded()).toContain("lib/numpy/__init__.py");
  });

  it("packs and fetches none where the stage says none", async () => {
    s3.on(HeadObjectCommand).rejects(notFound).on(PutObjectCommand).resolves({});
    await deploy(plugin({ dependencies: "none" }));
    expect(fetchDependencies).not.toHaveBeenCalled();
    expect(await uploaded()).not.toContainEqual(expect.stringMatching(/^lib/));
  });

  it("names the parameter that is wrong before anything is packaged", () => {
    const check = plugin({ dependencies: "some" }).hooks["before:package:initialize"];
    expect(check).toThrow('modelDependencies is "some"; it can be packed or none');
  });

  it("uploads equal content once", async () => {
    s3.on(HeadObjectCommand).resolves({});
    await deploy(plugin({ dependencies: "packed" }));
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
    expect(fetchDependencies).not.toHaveBeenCalled();
  });

  it("does not mistake a refusal for a missing object", async () => {
    s3.on(HeadObjectCommand).rejects(new Error("AccessDenied"));
    await expect(deploy(plugin())).rejects.toThrow("AccessDenied");
  });

  it("uploads nothing when osls finds nothing to deploy", async () => {
    await deploy(plugin({ shouldNotDeploy: true }));
    expect(s3.calls()).toHaveLength(0);
  });

  it("resolves ${model:version} and names it when another is asked for", () => {
    const { resolve } = plugin().configurationVariablesSources.model;
    expect(resolve({ address: "version" })).toEqual({ value: modelVersion(serviceDir) });
    expect(() => resolve({ address: "name" })).toThrow("there is ${model:version}");
  });
});
