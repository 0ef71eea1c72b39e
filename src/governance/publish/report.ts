// A finished report in S3: whether all of it is there, and what it says in short.
import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  PutObjectRetentionCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { LATEST_SUMMARY, SUMMARY } from "../report-place";
import type { ReportSummary } from "../summary";
import { validateReportSummary } from "../validate.generated";

const DAY_MS = 24 * 3_600_000;

/** What Clarify's image leaves, which judges nothing. */
const CLARIFY_RESULT = "analysis.json";

export class Report {
  /** @param folder - With a slash at its end. */
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    readonly folder: string,
  ) {}

  get uri(): string {
    return `s3://${this.bucket}/${this.folder}`;
  }

  /** @throws Error when the report is incomplete, or its summary is not one. */
  async summary(): Promise<ReportSummary> {
    const summary: unknown = JSON.parse(await this.read(SUMMARY));
    if (validateReportSummary(summary)) return summary;
    const [error] = validateReportSummary.errors ?? [];
    throw new Error(`${this.uri}${SUMMARY} is not a report's summary: ${error?.instancePath} ${error?.message}`);
  }

  /** @throws Error when Clarify left no result. */
  async checkClarify(): Promise<void> {
    await this.read(CLARIFY_RESULT);
  }

  private async read(name: string): Promise<string> {
    try {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: this.folder + name }));
      return (await Body?.transformToString()) ?? "";
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error;
      throw new Error(`${this.uri}${name} is missing: the job completed, but its report did not`);
    }
  }

  /** Puts the summary where GET /explainability reads it. */
  async showAsLatest(summary: ReportSummary): Promise<void> {
    const object = { Bucket: this.bucket, Key: LATEST_SUMMARY, ContentType: "application/json" };
    await this.s3.send(new PutObjectCommand({ ...object, Body: JSON.stringify(summary) }));
  }

  /** Keeps every file of it as it is. Not by the bucket's default: that would lock what jobs are given, too. */
  async lock(days: number, now: Date): Promise<void> {
    const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(now.getTime() + days * DAY_MS) } as const;
    const pages = paginateListObjectsV2({ client: this.s3 }, { Bucket: this.bucket, Prefix: this.folder });
    for await (const { Contents = [] } of pages) {
      for (const { Key } of Contents) {
        await this.s3.send(new PutObjectRetentionCommand({ Bucket: this.bucket, Key, Retention }));
      }
    }
  }
}
