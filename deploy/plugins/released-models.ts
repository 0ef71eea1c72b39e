// Which model versions a stage releases, as its parameters in SSM say; the stack writes them, deployments read them.
import { GetParametersCommand, ParameterAlreadyExists, PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { AutopilotModel } from "../autopilot/model-metadata";
import type { Manifest } from "../model-manifest";
import { DeployError, messageOf } from "./osls";

/** Stands for no version. */
export const NONE = "none";

/** The model that answers, and the one that answered before it or NONE: those that have endpoints. */
export interface ReleasedModels {
  readonly active: string;
  readonly previous: string;
}

/** What is kept about a version beside its archive. */
export interface ModelMetadata {
  readonly version: string;
  readonly s3Uri: string;
  /** ISO 8601. */
  readonly uploadedAt: string;
  readonly source: "trained";
  readonly metrics: Manifest["metrics"];
}

/** Begins the ids of models that Autopilot made, so that an id says by itself how its endpoint is asked (docs/adr/0010). */
export const AUTOPILOT = "autopilot";

export const isAutopilot = (version: string): boolean => version.startsWith(AUTOPILOT);

export const isVersion = (value: string): boolean => /^(autopilot)?[0-9a-f]{12}$/.test(value);

const EXPECTED =
  "it must be the id of a model version: 12 hex digits, after `autopilot` for a model of Autopilot's; `npm run releases` lists them";

/** Where the parameter store keeps a version's metadata. */
export const metadataName = (stage: string, version: string): string =>
  `/serin/${stage}/models/versions/${version}/metadata`;

/**
 * What a deployment releases: the wanted model, else the active one, else (on the first) the one in the working tree. The model that
 * is active now stays as the previous one.
 * @throws DeployError for something that is no version's id, and for a choice that would take the active model away before another is
 *   released.
 */
export function chooseModels(
  wanted: { readonly version?: string | undefined; readonly previous?: string | undefined },
  released: ReleasedModels | undefined,
  tree: () => string,
): ReleasedModels {
  const active = wanted.version ?? released?.active ?? tree();
  const isPromotion = released !== undefined && active !== released.active;
  const kept = isPromotion ? released.active : (released?.previous ?? NONE);
  const previous = wanted.previous ?? kept;
  const wrong = (name: string, why: string) => new DeployError(`The parameter ${name} ${why}. Nothing was changed.`);
  if (!isVersion(active)) throw wrong("modelVersion", `is ${JSON.stringify(active)}; ${EXPECTED}`);
  if (previous !== NONE && !isVersion(previous))
    throw wrong("previousModel", `is ${JSON.stringify(previous)}; ${EXPECTED}, or none`);
  if (previous === active)
    throw wrong("previousModel", `is ${previous}, which is to be the active model; it can be none`);
  if (isPromotion && previous !== kept)
    throw wrong(
      "previousModel",
      `is ${previous}, but ${kept} is live and must keep its endpoint until ${active} is released: leave it out`,
    );
  return { active, previous };
}

/**
 * Reads what is released.
 * @returns undefined before the first deployment.
 * @throws DeployError when it cannot be read, or is nothing that a release writes.
 */
export async function readReleasedModels(ssm: SSMClient, stage: string): Promise<ReleasedModels | undefined> {
  const path = `/serin/${stage}/models`;
  const names = { active: `${path}/active-version`, previous: `${path}/previous-version` };
  const values = await read(ssm, Object.values(names));
  const active = values.get(names.active);
  const previous = values.get(names.previous);
  if (active === undefined && previous === undefined) return undefined;
  return {
    active: checked(names.active, active, isVersion),
    previous: checked(names.previous, previous, (value) => value === NONE || isVersion(value)),
  };
}

async function read(ssm: SSMClient, names: readonly string[]): Promise<Map<string, string>> {
  try {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [...names] }));
    return new Map(Parameters.map(({ Name = "", Value = "" }) => [Name, Value]));
  } catch (error) {
    throw new DeployError(
      `Cannot read ${names.join(" and ")} (${messageOf(error)}), so it is unknown which model is live. ` +
        "Nothing was changed; deploy with credentials that allow ssm:GetParameters.",
    );
  }
}

function checked(name: string, value: string | undefined, isValid: (value: string) => boolean): string {
  if (value !== undefined && isValid(value)) return value;
  const what = value === undefined ? "is missing" : `holds ${JSON.stringify(value)}, which is no model version`;
  throw new DeployError(
    `The parameter ${name} ${what}: it was changed by hand. Put back what the stack gave it: ` +
      `\`aws ssm put-parameter --overwrite --type String --name ${name} --value VERSION\`, with the version of the stack's output ` +
      "ModelVersion (active-version), or none (previous-version).",
  );
}

/** Records a version. @param replace - Whether it has just been uploaded; else an earlier record is kept. */
export async function registerModel(
  ssm: SSMClient,
  stage: string,
  metadata: ModelMetadata | AutopilotModel,
  replace: boolean,
): Promise<void> {
  const parameter = {
    Name: metadataName(stage, metadata.version),
    Value: JSON.stringify(metadata),
    Type: "String",
    Tier: "Intelligent-Tiering", // containers of Autopilot's may need more than the 4 KB that cost nothing
    Overwrite: replace,
  } as const;
  try {
    await ssm.send(new PutParameterCommand(parameter));
  } catch (error) {
    if (!(error instanceof ParameterAlreadyExists)) throw error;
  }
}
