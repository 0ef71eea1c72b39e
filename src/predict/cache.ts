// Remembers recent predictions in memory, by digest: the texts themselves are not kept.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { PredictResponse } from "./schema";

const TTL_MS = 300_000;
const MAX_ENTRIES = 5_000; // about 2 MB

/** Predictions by text, valid for 300 s and for one model version. */
export interface PredictionCache {
  get(text: string): PredictResponse | undefined;
  set(text: string, response: PredictResponse): void;
}

/** @param now - Monotonic clock in ms. */
export function predictionCache(modelVersion: string, now: () => number = () => performance.now()): PredictionCache {
  // ttlResolution 0: entries are checked against the given clock at every read, so none outlives its time.
  const entries = new LRUCache<string, PredictResponse>({
    max: MAX_ENTRIES,
    ttl: TTL_MS,
    ttlResolution: 0,
    perf: { now },
  });
  const key = (text: string) => `${modelVersion}:${createHash("sha256").update(text).digest("base64")}`;
  return {
    get: (text) => entries.get(key(text)),
    set: (text, response) => {
      entries.set(key(text), response);
    },
  };
}
