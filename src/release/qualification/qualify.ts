// Qualifies a new version before it takes traffic: compare it with what is live, judge, keep the record.
import { isNativeError } from "node:util/types";
import type { Logger } from "@aws-lambda-powertools/logger";
import { GetAliasCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { ask } from "./ask";
import { type Assessment, assess, assessAlone, UNMEASURED } from "./assess";
import { compare } from "./compare";
import type { QualificationConfig } from "./config";
import { GOLDEN_ROWS } from "./golden";
import type { QualificationRecord } from "./record";

interface QualifyOptions extends QualificationConfig {
  readonly lambda: LambdaClient;
  readonly ssm: SSMClient;
  readonly logger: Pick<Logger, "info" | "error">;
  /** Milliseconds that this invocation has left. */
  readonly remainingMs: number;
  readonly warmUpMs?: number;
}

/** Milliseconds kept back to judge, write the record and answer. */
const CLOSING_MS = 10_000;
const RECORD_MS = 5_000;

/**
 * Compares the configured canary with the stable version and keeps the record of it.
 * @param event - `{deploymentId}` of the hook.
 * @throws Error that says what is wrong with the event, or the SDK's error when the versions cannot be asked.
 */
export async function qualify(event: unknown, options: QualifyOptions): Promise<QualificationRecord> {
  const deploymentId = readDeploymentId(event);
  const deadline = AbortSignal.timeout(Math.max(options.remainingMs - CLOSING_MS, 0));
  const record = toRecord(deploymentId, await examine(deploymentId, deadline, options), options);
  await keep(record, options);
  if (record.outcome === "Succeeded") options.logger.info("release qualified", { qualification: record });
  else options.logger.error("release refused", { qualification: record });
  return record;
}

function readDeploymentId(event: unknown): string {
  const id: unknown = typeof event === "object" && event !== null ? Reflect.get(event, "deploymentId") : undefined;
  if (typeof id === "string" && /^[\w-]{1,64}$/.test(id)) return id; // it becomes part of a parameter's name
  throw new Error('the event must be {"deploymentId": "d-…"} of letters, digits, _ and -');
}

async function examine(runId: string, deadline: AbortSignal, options: QualifyOptions): Promise<Assessment> {
  const { lambda, functionName, canary, stable, passes, warmUpMs } = options;
  const moved = stable === undefined ? undefined : await movedAlias(stable, deadline, options);
  if (moved !== undefined) return { ...UNMEASURED, verdict: "fail", reasons: [moved] };
  const askVersion = ask({ lambda, functionName, signal: deadline });
  const comparison = await compare({
    ask: (role, text, sub) => askVersion(role === "stable" && stable !== undefined ? stable : canary, text, sub),
    roles: stable === undefined ? ["canary"] : ["canary", "stable"],
    rows: GOLDEN_ROWS,
    passes,
    runId,
    deadline,
    ...(warmUpMs !== undefined && { warmUpMs }),
  });
  return stable === undefined ? assessAlone(comparison, GOLDEN_ROWS) : assess(comparison, GOLDEN_ROWS);
}

/** Why the stable version is not what is live; undefined when it is. */
async function movedAlias(
  stable: string,
  deadline: AbortSignal,
  { lambda, functionName, alias }: QualifyOptions,
): Promise<string | undefined> {
  const command = new GetAliasCommand({ FunctionName: functionName, Name: alias });
  const { FunctionVersion } = await lambda.send(command, { abortSignal: deadline });
  if (FunctionVersion === stable) return undefined;
  return (
    `Alias ${alias} points at version ${FunctionVersion ?? "unknown"}, not at ${stable}, which was live when this release ` +
    "was packaged: it was moved by hand or by another deployment. Deploy again, so that the comparison is with what is live."
  );
}

function toRecord(
  deploymentId: string,
  assessment: Assessment,
  { canary, stable, onInconclusive }: QualificationConfig,
): QualificationRecord {
  const { verdict } = assessment;
  const passes = verdict === "pass" || (verdict === "inconclusive" && onInconclusive === "pass");
  return {
    deploymentId,
    canary,
    stable: stable ?? "none",
    ...assessment,
    outcome: passes ? "Succeeded" : "Failed",
    at: new Date().toISOString(),
  };
}

/** A release is not refused because its record could not be written. */
async function keep(record: QualificationRecord, { ssm, logger, releasesPath }: QualifyOptions): Promise<void> {
  const command = new PutParameterCommand({
    Name: `${releasesPath}/${record.deploymentId}`,
    Type: "String",
    Value: JSON.stringify(record),
    Overwrite: true,
  });
  try {
    await ssm.send(command, { abortSignal: AbortSignal.timeout(RECORD_MS) });
  } catch (error) {
    logger.error("record not written", { error: isNativeError(error) ? `${error.name}: ${error.message}` : "unknown" });
  }
}
