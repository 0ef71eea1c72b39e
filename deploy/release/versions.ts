// The predict function's published versions, and which of them the alias answers with.
import {
  type AliasConfiguration,
  type FunctionConfiguration,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  paginateListVersionsByFunction,
} from "@aws-sdk/client-lambda";
import { UserError } from "../local/user-error";
import { isMissing } from "./aws-error";
import { ALIAS, type Stage } from "./stage";

/** A published version, pinned to its model by its environment. */
export interface Version {
  readonly version: string;
  readonly model: string;
  readonly endpoint: string;
}

/** `canary` is the version that takes the share `weight` (0..1) of the traffic during a release. */
export interface Live {
  readonly version: string;
  readonly canary: { readonly version: string; readonly weight: number } | undefined;
}

/** @throws UserError when there is no alias. */
export async function readLive(stage: Stage): Promise<Live> {
  const alias = await getAlias(stage);
  const [canary] = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    version: alias.FunctionVersion ?? "$LATEST",
    canary: canary && { version: canary[0], weight: canary[1] },
  };
}

async function getAlias({ aws, functionName, deployCommand }: Stage): Promise<AliasConfiguration> {
  try {
    return await aws.lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: ALIAS }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new UserError(`${functionName} has no alias ${ALIAS}: run \`${deployCommand}\`, which makes it.`);
  }
}

/** Whether all traffic goes to `version`. */
export const answersWith = (live: Live, version: string): boolean =>
  live.version === version && live.canary === undefined;

/** @returns Undefined when the version was deleted. */
export async function findVersion(stage: Stage, version: string): Promise<Version | undefined> {
  try {
    return toVersion(
      await stage.aws.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: stage.functionName, Qualifier: version }),
      ),
    );
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Every published version by its number. */
export async function listVersions(stage: Stage): Promise<ReadonlyMap<string, Version>> {
  const versions = new Map<string, Version>();
  const pages = paginateListVersionsByFunction({ client: stage.aws.lambda }, { FunctionName: stage.functionName });
  for await (const { Versions = [] } of pages)
    for (const version of Versions.map(toVersion))
      if (version.version !== "$LATEST") versions.set(version.version, version);
  return versions;
}

function toVersion({ Version: version = "", Environment }: FunctionConfiguration): Version {
  const variables = Environment?.Variables ?? {};
  return { version, model: variables["MODEL_VERSION"] ?? "", endpoint: variables["MODEL_ENDPOINT"] ?? "" };
}
