// The parameters that the last deployment of a stage was given; the stack keeps them (deploy/release.yml, StageParameters).
import { GetParameterCommand, ParameterNotFound, type SSMClient } from "@aws-sdk/client-ssm";
import type { Parameters } from "./stage-parameters";

/** @returns None for a stage that does not exist, or is of an older Serin. */
export async function readLastParameters(ssm: SSMClient, stage: string): Promise<Parameters> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `/serin/${stage}/parameters` }));
    return textsOf(JSON.parse(Parameter?.Value ?? "{}"));
  } catch (error) {
    if (error instanceof ParameterNotFound) return {};
    throw error;
  }
}

function textsOf(value: unknown): Parameters {
  const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(members.map(([name, member]) => [name, String(member)]));
}
