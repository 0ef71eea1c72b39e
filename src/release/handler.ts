// CodeDeploy's BeforeAllowTraffic hook: has the new version qualified, and reports the outcome whatever happens.
import { isNativeError } from "node:util/types";
import { Logger } from "@aws-lambda-powertools/logger";
import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from "@aws-sdk/client-codedeploy";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Context } from "aws-lambda";

/** Milliseconds kept back for the report and its retries: without a report CodeDeploy waits for an hour. */
export const REPORT_MS = 20_000;

const REPORT_ATTEMPTS = 4;
/** Milliseconds for one attempt to report. */
const REPORT_ATTEMPT_MS = 4_000;

/** What CodeDeploy sends to a lifecycle hook. */
interface HookEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

/** What the hook needs of a qualification's record. */
interface Outcome {
  readonly outcome: "Succeeded" | "Failed";
  readonly reasons: readonly string[];
}

const logger = new Logger({ serviceName: "release-hook" });

/**
 * Always reports Succeeded or Failed to CodeDeploy: a qualification that crashes, hangs, is denied or answers nonsense is Failed.
 * @throws Error for an event that names no deployment; the SDK's error when CodeDeploy cannot be told.
 */
export async function handler(event: unknown, context: Pick<Context, "getRemainingTimeInMillis">): Promise<void> {
  assertHookEvent(event);
  const result = await outcomeOf(event.DeploymentId, context.getRemainingTimeInMillis() - REPORT_MS);
  const fields = { deployment_id: event.DeploymentId, ...result };
  if (result.outcome === "Succeeded") logger.info("release qualified", fields);
  else logger.error("release refused", fields);
  await report(event, result.outcome);
}

function assertHookEvent(event: unknown): asserts event is HookEvent {
  if (isName(field(event, "DeploymentId")) && isName(field(event, "LifecycleEventHookExecutionId"))) return;
  throw new Error(
    "the event names no DeploymentId and LifecycleEventHookExecutionId: this function is CodeDeploy's to invoke; use `sls deploy`",
  );
}

/** Never throws. */
async function outcomeOf(deploymentId: string, remainingMs: number): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    const { functionName, timeoutMs } = configuration();
    return await qualify(functionName, deploymentId, Math.max(Math.min(timeoutMs, remainingMs), 0));
  } catch (error) {
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    return {
      outcome: "Failed",
      reasons: [`the qualification did not finish: ${describe(error)} (after ${seconds} s)`],
    };
  }
}

/** Read with the event, not at load: a function that cannot load cannot report. */
function configuration(): { functionName: string; timeoutMs: number } {
  const functionName = process.env["QUALIFY_FUNCTION"];
  const timeoutMs = Number(process.env["QUALIFY_TIMEOUT_MS"]);
  if (!isName(functionName)) throw new Error("QUALIFY_FUNCTION is not set; see serverless.yml");
  if (Number.isInteger(timeoutMs) && timeoutMs > 0) return { functionName, timeoutMs };
  throw new Error("QUALIFY_TIMEOUT_MS must be a whole number of milliseconds above 0; see serverless.yml");
}

async function qualify(functionName: string, deploymentId: string, timeoutMs: number): Promise<Outcome> {
  const { FunctionError, Payload } = await new LambdaClient({}).send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify({ deploymentId }) }),
    { abortSignal: AbortSignal.timeout(timeoutMs) },
  );
  const answer = parse(Payload);
  if (FunctionError === undefined) return toOutcome(answer);
  throw new Error(`${functionName} failed with ${text(answer, "errorType")}: ${text(answer, "errorMessage")}`);
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw new Error("its answer is not JSON");
  }
}

function toOutcome(answer: unknown): Outcome {
  const outcome = field(answer, "outcome");
  const reasons = field(answer, "reasons");
  if ((outcome === "Succeeded" || outcome === "Failed") && Array.isArray(reasons) && reasons.every(isName)) {
    return { outcome, reasons };
  }
  throw new Error("its answer has no outcome with reasons");
}

/** The time left to the invocation bounds all attempts together. */
async function report(event: HookEvent, status: Outcome["outcome"]): Promise<void> {
  const codeDeploy = new CodeDeployClient({
    maxAttempts: REPORT_ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: REPORT_ATTEMPT_MS,
      requestTimeout: REPORT_ATTEMPT_MS,
      throwOnRequestTimeout: true,
    }),
  });
  await codeDeploy.send(
    new PutLifecycleEventHookExecutionStatusCommand({
      deploymentId: event.DeploymentId,
      lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
      status,
    }),
  );
}

function describe(error: unknown): string {
  if (!isNativeError(error)) return "an unknown error";
  if (error.name === "AbortError" || error.name === "TimeoutError") return "it ran out of time";
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "no details";
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
