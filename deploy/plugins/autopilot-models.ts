// How the endpoints of models that Autopilot made are run, as `npm run model:autopilot` registered it.
import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { type Container, parseAutopilotModel } from "../autopilot/model-metadata";
import { DeployError, messageOf } from "./osls";
import { metadataName } from "./released-models";

/** By model version. */
export type AutopilotContainers = Readonly<Record<string, readonly Container[]>>;

/** @throws DeployError when a version is not registered, or AWS does not say. */
export async function readContainers(
  ssm: SSMClient,
  stage: string,
  versions: readonly string[],
): Promise<AutopilotContainers> {
  const values = await read(
    ssm,
    versions.map((version) => metadataName(stage, version)),
  );
  return Object.fromEntries(
    versions.map((version) => {
      const name = metadataName(stage, version);
      const model = parseAutopilotModel(values.get(name) ?? "");
      if (model) return [version, model.containers];
      throw new DeployError(
        `The parameter ${name} ${values.has(name) ? "is no model of Autopilot's" : "is missing"}. Nothing was changed. ` +
          `\`npm run model:autopilot -- --name JOB --stage ${stage}\` with the name of the model's Autopilot job writes it anew.`,
      );
    }),
  );
}

async function read(ssm: SSMClient, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  try {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [...names] }));
    return new Map(Parameters.map(({ Name = "", Value = "" }) => [Name, Value]));
  } catch (error) {
    throw new DeployError(
      `Cannot read ${names.join(" and ")} (${messageOf(error)}), so it is unknown how the model is run. ` +
        "Nothing was changed; use credentials that allow ssm:GetParameters.",
    );
  }
}
