// The compiled CloudFormation of a release whose active model was made by Autopilot and whose previous one is ours.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { slsEnvironment } from "../../deploy/local/aws";
import { portOf } from "../../deploy/local/ports";
import { createWorkspace, SLS } from "../../deploy/local/workspace";
import type { Template } from "../../deploy/packaged-service";
import { ROOT } from "../../deploy/root";

const A = "autopilotaaaaaaaaaaaa";
const B = "bbbbbbbbbbbb";
const REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com";
const container = (name: string) => ({
  image: `${REGISTRY}/${name}:1.1.1-cpu-py311-ubuntu20.04`,
  modelDataUrl: `s3://bucket/serverless/serin/prod/models/autopilot/jobs/reviews/${name}.tar.gz`,
  environment: { SAGEMAKER_INFERENCE_OUTPUT: "predicted_label,probability,probabilities,labels" },
});
const METADATA = {
  version: A,
  uploadedAt: "2026-01-01T00:00:00.000Z",
  source: "autopilot",
  metrics: {},
  job: "reviews",
  dataSha256: "00",
  containers: [container("autogluon-transform"), container("autogluon-inference")],
};

let parameterStore: Server;
let workspace: string;
let template: Template;

/** All that packaging asks of AWS: how the model is run. */
async function startParameterStore(): Promise<Server> {
  const Name = `/serin/prod/models/versions/${A}/metadata`;
  const answer = JSON.stringify({ Parameters: [{ Name, Value: JSON.stringify(METADATA) }] });
  const server = createServer((request, response) => {
    const isQuestion = request.headers["x-amz-target"] === "AmazonSSM.GetParameters";
    response.writeHead(isQuestion ? 200 : 500, { "content-type": "application/x-amz-json-1.1" }).end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

beforeAll(async () => {
  parameterStore = await startParameterStore();
  workspace = mkdtempSync(path.join(tmpdir(), "serin-autopilot-"));
  createWorkspace(workspace);
  const models = [`--param=modelVersion=${A}`, `--param=previousModel=${B}`];
  await promisify(execFile)(process.execPath, [SLS, "package", "--stage", "prod", ...models], {
    cwd: workspace,
    env: slsEnvironment(`http://127.0.0.1:${portOf(parameterStore)}`),
  });
  template = JSON.parse(readFileSync(compiled(), "utf8"));
}, 120_000);
afterAll(async () => {
  parameterStore.close();
  parameterStore.closeAllConnections();
  await once(parameterStore, "close");
  rmSync(workspace, { recursive: true, force: true });
});

const compiled = () => path.join(workspace, ".serverless", "cloudformation-template-update-stack.json");
const properties = (name: string) => template.Resources[name]?.Properties;

it("runs Autopilot's containers as a pipeline, in isolation, and ours beside them as before", () => {
  expect(properties(`Model${A}`)).toMatchObject({
    EnableNetworkIsolation: true,
    ExecutionRoleArn: { "Fn::GetAtt": ["ModelRole", "Arn"] },
    Containers: METADATA.containers.map(({ image, modelDataUrl, environment }) => ({
      Image: image,
      ModelDataUrl: modelDataUrl,
      Environment: environment,
    })),
  });
  expect(properties(`Model${A}`)).not.toHaveProperty("PrimaryContainer");
  expect(properties(`Model${B}`)).toMatchObject({ PrimaryContainer: { Environment: { PIP_NO_INDEX: "1" } } });
  expect(properties(`Model${B}`)).not.toHaveProperty("Containers");
});

it("gives each endpoint its own kind of instance", () => {
  expect(properties(`EndpointConfig${A}`)).toMatchObject({ ProductionVariants: [{ InstanceType: "ml.m5.xlarge" }] });
  expect(properties(`EndpointConfig${B}`)).toMatchObject({ ProductionVariants: [{ InstanceType: "ml.c6i.large" }] });
});

it("pins the published version to the endpoint and to the format in which it is asked", () => {
  expect(properties("PredictLambdaFunction")).toMatchObject({
    Environment: { Variables: { MODEL_VERSION: A, MODEL_ENDPOINT: `serin-prod-${A}`, MODEL_FORMAT: "autopilot" } },
  });
});

it("lets the model's role pull these images, and read what Autopilot made of the stage's data", () => {
  const repository = "arn:${AWS::Partition}:ecr:us-east-1:763104351884:repository";
  expect(properties(`ModelImages${A}`)).toMatchObject({
    PolicyDocument: {
      Statement: [
        {
          Resource: [
            { "Fn::Sub": `${repository}/autogluon-transform` },
            { "Fn::Sub": `${repository}/autogluon-inference` },
          ],
        },
      ],
    },
  });
  expect(JSON.stringify(properties("ModelRole"))).toContain("/serverless/serin/prod/models/*");
});

it("lets an Autopilot job use its own files, parts and names only", () => {
  const policy = JSON.stringify(properties("AutopilotPolicy"));
  expect(policy).toContain("/serverless/serin/prod/models/autopilot/*");
  expect(policy).toContain('"Action":"iam:PassRole","Resource":{"Fn::GetAtt":["AutopilotRole","Arn"]}');
  expect(policy).not.toMatch(/endpoint\/(serin|\*)/);
  expect(template.Outputs["AutopilotRoleArn"]?.Value).toEqual({ "Fn::GetAtt": ["AutopilotRole", "Arn"] });
});

it("is a template that cfn-lint finds nothing in", async () => {
  const cfnLint = path.join(ROOT, ".venv", "bin", "cfn-lint"); // `npm test` and `npm run lint:template` install it
  await expect(promisify(execFile)(cfnLint, ["-i", "W3005", "--", compiled()])).resolves.toHaveProperty("stdout", "");
}, 120_000);
