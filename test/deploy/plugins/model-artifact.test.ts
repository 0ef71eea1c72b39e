import { rmSync } from "node:fs";
import { HeadObjectCommand, NotFound, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { modelVersion } from "../../../deploy/model-package";
import { ModelArtifactPlugin } from "../../../deploy/plugins/model-artifact";
import { makeModelFolder } from "../model-folder";

const s3 = mockClient(S3Client);
let serviceDir: string;

beforeEach(() => {
  s3.reset();
  serviceDir = makeModelFolder();
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

function plugin(shouldNotDeploy = false): ModelArtifactPlugin {
  const provider = {
    getStage: () => "prod",
    getServerlessDeploymentBucketName: () => Promise.resolve("bucket"),
    getAwsSdkV3Config: () => Promise.resolve({ region: "us-east-1" }),
  };
  const serverless = {
    serviceDir,
    service: { service: "serin", provider: { shouldNotDeploy } },
    getProvider: () => provider,
  };
  return new ModelArtifactPlugin(serverless, {}, { progress: { get: () => ({ notice: () => undefined }) } });
}

async function deploy(subject: ModelArtifactPlugin): Promise<void> {
  await subject.hooks["package:finalize"]();
  await subject.hooks["after:aws:deploy:deploy:uploadArtifacts"]();
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

  it("uploads equal content once", async () => {
    s3.on(HeadObjectCommand).resolves({});
    await deploy(plugin());
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(0);
  });

  it("does not mistake a refusal for a missing object", async () => {
    s3.on(HeadObjectCommand).rejects(new Error("AccessDenied"));
    await expect(deploy(plugin())).rejects.toThrow("AccessDenied");
  });

  it("uploads nothing when osls finds nothing to deploy", async () => {
    await deploy(plugin(true));
    expect(s3.calls()).toHaveLength(0);
  });

  it("resolves ${model:version} and names it when another is asked for", () => {
    const { resolve } = plugin().configurationVariablesSources.model;
    expect(resolve({ address: "version" })).toEqual({ value: modelVersion(serviceDir) });
    expect(() => resolve({ address: "name" })).toThrow("there is ${model:version}");
  });
});
