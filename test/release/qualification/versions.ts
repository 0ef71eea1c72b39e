// Versions of the predict function for tests: the real handler behind a Lambda whose model and latency a test chooses.
import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import { Uint8ArrayBlobAdapter } from "@smithy/core/serde";
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import { endpoint } from "../../../src/http/endpoint";
import { ModelUnavailableError } from "../../../src/model-client/model-client";
import { predictionCache } from "../../../src/predict/cache";
import { predict } from "../../../src/predict/predict";
import type { ArrivalStore } from "../../../src/rate-limit/gcra";
import { rateLimitGuard } from "../../../src/rate-limit/guard";
import { GOLDEN_ROWS, type Sentiment } from "../../../src/release/qualification/golden";
import { createTelemetry } from "../../../src/telemetry/telemetry";
import { captureStdout, type Line } from "../../capture-stdout";
import { memoryStore } from "../../rate-limit/memory-store";

const SCORES = { positive: 0.4, neutral: 0.3, negative: 0.3 };
const LABELS = new Map(GOLDEN_ROWS.map(({ text, label }) => [text, label]));

/** The right label of a golden text; neutral for any other text. */
export function rightLabel(text: string): Sentiment {
  return LABELS.get(text.trimEnd()) ?? "neutral";
}

export interface VersionOptions {
  readonly store?: ArrivalStore;
  /** The label of the `asked`th text, from 1 on; undefined when the model is down. */
  readonly label?: (text: string, asked: number) => Sentiment | undefined;
  readonly latencyMs?: (asked: number) => number;
  /** What becomes of the EMF line. */
  readonly emf?: (line: Line) => Line | undefined;
}

/** One version, in one sandbox. */
export function version({
  store = memoryStore(),
  label = rightLabel,
  latencyMs = () => 20,
  emf = (line) => line,
}: VersionOptions = {}) {
  const texts: string[] = [];
  const log = new Map<string, readonly Line[]>();
  const telemetry = createTelemetry("predict", { stage: "test", modelVersion: "m1" });
  const handler = endpoint({
    telemetry: {
      requestCompleted: (request) => {
        const timed = { ...request, latencyMs: latencyMs(texts.length) };
        log.set(
          request.correlationId,
          captureStdout(() => telemetry.requestCompleted(timed)),
        );
      },
    },
    docsUrl: "/docs/errors",
    handle: predict({
      guard: rateLimitGuard({ store, onFailure: "allow", clock: () => 1_000_000 }),
      cache: predictionCache("m1"),
      model: (text) => {
        const found = label(text, texts.push(text));
        return found === undefined
          ? Promise.reject(new ModelUnavailableError("failed"))
          : Promise.resolve({ label: found, scores: SCORES });
      },
      modelVersion: "m1",
    }),
  });
  const events: APIGatewayProxyEventV2WithJWTAuthorizer[] = [];
  return {
    texts,
    events,
    log: () => [...log.values()].flat(),
    invoke: async (event: APIGatewayProxyEventV2WithJWTAuthorizer): Promise<Partial<InvokeCommandOutput>> => {
      events.push(event);
      const response = await handler(event, { functionVersion: "7" });
      const lines = log.get(String(response.headers?.["x-correlation-id"])) ?? [];
      const tail = lines.map((line) => ("_aws" in line ? emf(line) : line)).filter((line) => line !== undefined);
      return { Payload: payload(response), LogResult: logTail(tail) };
    },
  };
}

/** A Lambda answer's payload. */
export function payload(value: unknown): Uint8ArrayBlobAdapter {
  return new Uint8ArrayBlobAdapter(new TextEncoder().encode(JSON.stringify(value)));
}

/** The end of a log as Lambda returns it. */
export function logTail(lines: readonly Line[]): string {
  const tail = ["START RequestId: 1", ...lines.map((line) => JSON.stringify(line)), "END RequestId: 1", "REPORT"];
  return Buffer.from(tail.join("\n")).toString("base64");
}
