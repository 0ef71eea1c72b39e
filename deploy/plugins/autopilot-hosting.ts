// What the endpoint of a model that Autopilot made has instead of our archive and our container.
import type { Container } from "../autopilot/model-metadata";
import { DeployError, type Resource, type Template } from "./osls";

/** SageMaker's largest serverless endpoint, in MB: Autopilot's containers hold a deep learning framework. */
const SERVERLESS_MEMORY = 6144;

/**
 * Changes a version's resources of deploy/endpoint.yml in place: its containers, one or a pipeline, more memory, and the right to pull
 * its images.
 * @param instanceType - For an endpoint on instances.
 * @throws DeployError when the stage's hosting cannot run it.
 */
export function hostAutopilot(
  { Resources }: Template,
  version: string,
  containers: readonly Container[],
  instanceType: string,
): void {
  const model = found(Resources, `Model${version}`);
  delete model.Properties["PrimaryContainer"];
  model.Properties["Containers"] = containers.map(({ image, modelDataUrl, environment }) => ({
    Image: image,
    ModelDataUrl: modelDataUrl,
    Environment: environment,
  }));
  const pull = `ModelImages${version}`;
  Resources[pull] = pullPolicy(containers, version);
  model.DependsOn = pull;
  const config = found(Resources, `EndpointConfig${version}`).Properties;
  const variants: unknown[] = [config["ProductionVariants"]].flat();
  if (containers.length > 1 && variants.some(isServerless)) throw noPipeline(version);
  config["ProductionVariants"] = variants.map((variant) => enlarged(variant, instanceType));
}

function found(resources: Template["Resources"], logicalId: string): Resource {
  const resource = resources[logicalId];
  if (resource) return resource;
  throw new Error(`deploy/endpoint.yml has no ${logicalId}`);
}

function isServerless(variant: unknown): variant is { readonly ServerlessConfig: object } {
  return typeof variant === "object" && variant !== null && "ServerlessConfig" in variant;
}

const noPipeline = (version: string): DeployError =>
  new DeployError(
    `Model ${version} is a pipeline of several containers, which a serverless endpoint cannot run. Deploy with --param="hosting=realtime".`,
  );

function enlarged(variant: unknown, instanceType: string): unknown {
  if (!isServerless(variant)) return Object.assign({}, variant, { InstanceType: instanceType });
  return { ...variant, ServerlessConfig: { ...variant.ServerlessConfig, MemorySizeInMB: SERVERLESS_MEMORY } };
}

/** Beside ModelRole's own right to the one image of deploy/endpoint.yml: exactly these repositories. */
function pullPolicy(containers: readonly Container[], version: string): Resource {
  return {
    Type: "AWS::IAM::Policy",
    Metadata: { Reasons: { PullImages: "The images that Autopilot chose for this model." } },
    Properties: {
      PolicyName: `model-images-${version}`,
      Roles: [{ Ref: "ModelRole" }],
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "PullImages",
            Effect: "Allow",
            Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            Resource: [...new Set(containers.map(({ image }) => image))].map(repositoryArn),
          },
        ],
      },
    },
  };
}

/** @param image - `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG`. */
function repositoryArn(image: string): object {
  const [, account = "", region = "", repository = ""] =
    /^(\d+)\.dkr\.ecr\.([\w-]+)\.[^/]+\/([^:@]+)/.exec(image) ?? [];
  return { "Fn::Sub": `arn:\${AWS::Partition}:ecr:${region}:${account}:repository/${repository}` };
}
