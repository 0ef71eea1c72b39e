// What the pre-traffic hook found, as it left it in the deployment's record.
import { GetParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { QualificationRecord } from "../../../src/release/qualification/record";
import { hasStrings } from "../has-strings";

/** The part of the record that a rehearsal shows. */
export type Qualification = Pick<
  QualificationRecord,
  "verdict" | "reasons" | "p95Ratio" | "errorRate" | "accuracyDifference" | "accuracyInterval" | "changedAnswers"
>;

/** @returns undefined when the hook left no record, as when it broke before it came to one. */
export async function readQualification(
  ssm: SSMClient,
  path: string,
  deploymentId: string,
): Promise<Qualification | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `${path}/${deploymentId}` }));
    const record: unknown = JSON.parse(Parameter?.Value ?? "null");
    return isQualification(record) ? record : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "ParameterNotFound") return undefined;
    throw error;
  }
}

function isQualification(record: unknown): record is Qualification {
  return (
    hasStrings(record, ["verdict"]) &&
    Array.isArray(Reflect.get(record, "reasons")) &&
    ["p95Ratio", "errorRate", "accuracyDifference", "changedAnswers"].every((name) => {
      const value: unknown = Reflect.get(record, name);
      return value === null || typeof value === "number";
    })
  );
}
