// The two model versions that a report compares: the one that answers, and the one before it. Read when the job starts, since a rollback
// changes them without a deployment.
import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { StartConfig } from "./config";

/** A model version, and where a job finds it. */
export interface Model {
  readonly version: string;
  /** s3://… of its archive, which the job runs itself; or https://… of its endpoint, for one that only AWS's own container runs. */
  readonly place: string;
}

export interface Models {
  readonly active: Model;
  readonly previous: Model | undefined;
}

/** Of a model that Autopilot made (deploy/plugins/released-models.ts): its containers are AWS's, so that a job cannot run it. */
const AUTOPILOT = "autopilot";

type Place = Pick<StartConfig, "stage" | "region" | "models">;

/** @throws Error when the stage has no active version. */
export async function activeModels(ssm: SSMClient, config: Place): Promise<Models> {
  const read = async (name: string) => {
    const Name = `/serin/${config.stage}/models/${name}`;
    return (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  };
  const [active, previous] = await Promise.all([read("active-version"), read("previous-version")]);
  if (active === undefined) throw new Error(`stage ${config.stage} has no active model version; deploy it`);
  const hasPrevious = previous !== undefined && previous !== "none";
  return { active: model(active, config), previous: hasPrevious ? model(previous, config) : undefined };
}

function model(version: string, { stage, region, models }: Place): Model {
  const endpoint = `https://runtime.sagemaker.${region}.amazonaws.com/endpoints/${endpointOf(stage, version)}/invocations`;
  return { version, place: version.startsWith(AUTOPILOT) ? endpoint : `${models}/${version}/model.tar.gz` };
}

/** The endpoint of a model version (deploy/endpoint.yml). */
export const endpointOf = (stage: string, version: string): string => `serin-${stage}-${version}`;

/** Whether a job must ask an endpoint, for which it needs a network. */
export const isRemote = ({ place }: Model): boolean => place.startsWith("https://");
