// Asks one version of the predict function one text, and reads what it answered and measured.
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { SENTIMENTS, type Sentiment } from "./golden";
import { metricsIn, type RequestMetrics } from "./log-tail";
import { predictEvent } from "./predict-event";

/** What came of one request. */
export interface Answer {
  /** undefined when the request failed. */
  readonly sentiment: Sentiment | undefined;
  /** Why the request failed, without anything of its text: `503 model_unavailable`. */
  readonly failure: string | undefined;
  /** undefined when the version's log tail has no EMF line. */
  readonly metrics: RequestMetrics | undefined;
}

/** Asks version `version` for the sentiment of `text` on behalf of `sub`. @throws the SDK's error when it cannot be invoked. */
export type Ask = (version: string, text: string, sub: string) => Promise<Answer>;

interface AskOptions {
  readonly lambda: LambdaClient;
  readonly functionName: string;
  /** Gives up what is under way. */
  readonly signal: AbortSignal;
}

/** Asks by direct invocation, past API Gateway and the alias. */
export function ask({ lambda, functionName, signal }: AskOptions): Ask {
  return async (version, text, sub) => {
    const command = new InvokeCommand({
      FunctionName: functionName,
      Qualifier: version,
      LogType: "Tail",
      Payload: JSON.stringify(predictEvent(text, sub)),
    });
    const { FunctionError, Payload, LogResult } = await lambda.send(command, { abortSignal: signal });
    const payload = parse(new TextDecoder().decode(Payload));
    const metrics = metricsIn(LogResult);
    const outcome =
      FunctionError === undefined ? outcomeOf(payload) : failed(`crash ${word(field(payload, "errorType"))}`);
    return { ...outcome, metrics };
  };
}

type Outcome = Pick<Answer, "sentiment" | "failure">;

function outcomeOf(response: unknown): Outcome {
  const status = field(response, "statusCode");
  const body = parse(field(response, "body"));
  // Every golden request is valid: a version that refuses one (4xx) has failed it.
  if (status !== 200) return failed(`${word(status)} ${word(field(body, "code"))}`);
  const sentiment = SENTIMENTS.find((known) => known === field(body, "sentiment"));
  return sentiment === undefined ? failed("200 without a sentiment") : { sentiment, failure: undefined };
}

function failed(failure: string): Outcome {
  return { sentiment: undefined, failure };
}

/** undefined for what is not JSON, without the parser's message, which quotes it. */
function parse(json: unknown): unknown {
  try {
    return typeof json === "string" ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Codes and error types are words; anything else could quote the text. */
function word(value: unknown): string {
  const found = typeof value === "number" ? String(value) : value;
  return typeof found === "string" && /^[\w.]{1,64}$/.test(found) ? found : "unknown";
}
