// An Autopilot version's endpoint; template-autopilot.test.ts has it in the whole service.
import { hostAutopilot } from "../../../deploy/plugins/autopilot-hosting";
import type { Template } from "../../../deploy/plugins/osls";

const A = "autopilotaaaaaaaaaaaa";
const container = (repository: string, account = "763104351884") => ({
  image: `${account}.dkr.ecr.eu-west-1.amazonaws.com/${repository}:1.0-cpu`,
  modelDataUrl: `s3://bucket/${repository}.tar.gz`,
  environment: { MODE: repository },
});

/** @param variant - What deploy/hosting.yml makes of the stage's hosting. */
const compiled = (variant: object): Template => ({
  Resources: {
    [`Model${A}`]: { Type: "AWS::SageMaker::Model", Properties: { PrimaryContainer: { Image: "ours" } } },
    [`EndpointConfig${A}`]: {
      Type: "AWS::SageMaker::EndpointConfig",
      Properties: { ProductionVariants: [{ VariantName: "main", ...variant }] },
    },
  },
});

const onInstances = { InitialInstanceCount: 1, InstanceType: "ml.c6i.large" };
const serverless = { ServerlessConfig: { MaxConcurrency: 10, MemorySizeInMB: 2048 } };

describe("the endpoint of a model that Autopilot made", () => {
  it("runs its containers in their order, instead of ours, on instances of their size", () => {
    const template = compiled(onInstances);
    hostAutopilot(template, A, [container("one"), container("two", "683313688378")], "ml.m5.xlarge");
    expect(template.Resources[`Model${A}`]?.Properties).toEqual({
      Containers: [
        {
          Image: expect.stringContaining("/one:1.0-cpu"),
          ModelDataUrl: "s3://bucket/one.tar.gz",
          Environment: { MODE: "one" },
        },
        {
          Image: expect.stringContaining("/two:1.0-cpu"),
          ModelDataUrl: "s3://bucket/two.tar.gz",
          Environment: { MODE: "two" },
        },
      ],
    });
    expect(template.Resources[`EndpointConfig${A}`]?.Properties["ProductionVariants"]).toEqual([
      { VariantName: "main", InitialInstanceCount: 1, InstanceType: "ml.m5.xlarge" },
    ]);
  });

  it("may pull exactly its images, before it is made", () => {
    const template = compiled(onInstances);
    hostAutopilot(template, A, [container("one"), container("one"), container("two", "683313688378")], "ml.m5.xlarge");
    expect(template.Resources[`Model${A}`]?.DependsOn).toBe(`ModelImages${A}`);
    expect(template.Resources[`ModelImages${A}`]).toMatchObject({
      Type: "AWS::IAM::Policy",
      Properties: {
        Roles: [{ Ref: "ModelRole" }],
        PolicyDocument: {
          Statement: [
            {
              Resource: [
                { "Fn::Sub": "arn:${AWS::Partition}:ecr:eu-west-1:763104351884:repository/one" },
                { "Fn::Sub": "arn:${AWS::Partition}:ecr:eu-west-1:683313688378:repository/two" },
              ],
            },
          ],
        },
      },
    });
  });

  it("takes all the memory that a serverless endpoint can have", () => {
    const template = compiled(serverless);
    hostAutopilot(template, A, [container("one")], "ml.m5.xlarge");
    expect(template.Resources[`EndpointConfig${A}`]?.Properties["ProductionVariants"]).toEqual([
      { VariantName: "main", ServerlessConfig: { MaxConcurrency: 10, MemorySizeInMB: 6144 } },
    ]);
  });

  it("cannot be serverless as a pipeline: says what can be done", () => {
    const pipeline = [container("one"), container("two")];
    expect(() => hostAutopilot(compiled(serverless), A, pipeline, "ml.m5.xlarge")).toThrow(
      /pipeline of several containers.*--param="hosting=realtime"/,
    );
  });

  it("needs the resources of deploy/endpoint.yml", () => {
    expect(() => hostAutopilot({ Resources: {} }, A, [container("one")], "ml.m5.xlarge")).toThrow(`has no Model${A}`);
  });
});
