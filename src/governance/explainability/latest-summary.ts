// Reads the newest report's summary from the reports bucket, and remembers it for a while.
import { GetObjectCommand, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";
import { LATEST_SUMMARY } from "../report-place";
import type { ReportSummary } from "../summary";
import { validateReportSummary } from "../validate.generated";

/** The newest summary; undefined before there is a report. @throws whatever S3 throws, and InvalidSummaryError. */
export type LatestSummary = () => Promise<ReportSummary | undefined>;

/** The object is no summary. */
export class InvalidSummaryError extends Error {
  override readonly name = "InvalidSummaryError";
}

/** A week's report may be seen half a minute late; a burst of requests reads S3 once. */
const TTL_MS = 30_000;

/** @param now - Monotonic clock in ms. */
export function latestSummary(client: S3Client, bucket: string, now = () => performance.now()): LatestSummary {
  let known: { readonly summary: ReportSummary; readonly until: number } | undefined;
  return async () => {
    if (known && now() < known.until) return known.summary;
    const summary = await read(client, bucket);
    known = summary && { summary, until: now() + TTL_MS };
    return summary;
  };
}

async function read(client: S3Client, bucket: string): Promise<ReportSummary | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: LATEST_SUMMARY }));
    return parse((await Body?.transformToString()) ?? "");
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

function parse(json: string): ReportSummary {
  const summary: unknown = JSON.parse(json);
  if (validateReportSummary(summary)) return summary;
  throw new InvalidSummaryError(`${LATEST_SUMMARY} does not match src/governance/summary.ts`);
}
