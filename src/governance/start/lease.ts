// The right to start a job, which one invocation at a time has: an object in S3 that names the job it was taken for, and that changes
// hands by conditional writes only. Of two invocations that see it free, S3 refuses the second's write, whatever their timing.
import { randomUUID } from "node:crypto";
import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";

/** Below the job's inputs, which expire; a lease that expired is a free one. */
const KEY = "jobs/lease.json";

/** Whoever has it; nobody, once it was given back. */
export interface Lease {
  readonly job: string | undefined;
  /** Of the object, as S3 names its content. */
  readonly etag: string;
  readonly takenAt: Date;
}

/** @returns undefined when nobody ever had it. */
export async function readLease(s3: S3Client, bucket: string): Promise<Lease | undefined> {
  try {
    const { Body, ETag = "", LastModified } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: KEY }));
    const content: unknown = JSON.parse((await Body?.transformToString()) ?? "{}");
    const job: unknown = typeof content === "object" && content !== null ? Reflect.get(content, "job") : undefined;
    return { job: typeof job === "string" ? job : undefined, etag: ETag, takenAt: LastModified ?? new Date(0) };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/**
 * Takes the lease from the one that was read.
 * @param before - What readLease() gave.
 * @returns Its new etag; undefined when another invocation was faster.
 */
export function takeLease(s3: S3Client, bucket: string, job: string, before?: Lease): Promise<string | undefined> {
  return write(s3, bucket, { job }, before === undefined ? { IfNoneMatch: "*" } : { IfMatch: before.etag });
}

/**
 * Frees the lease, unless another invocation has it by now.
 * @param etag - What takeLease() gave.
 */
export async function giveBack(s3: S3Client, bucket: string, etag: string): Promise<void> {
  await write(s3, bucket, {}, { IfMatch: etag });
}

type Condition = Pick<PutObjectCommandInput, "IfMatch" | "IfNoneMatch">;

async function write(s3: S3Client, bucket: string, holder: { job?: string }, condition: Condition) {
  const Body = JSON.stringify({ ...holder, attempt: randomUUID() }); // else a lease taken again for a job would look unchanged
  const object = { Bucket: bucket, Key: KEY, Body, ContentType: "application/json" };
  try {
    const { ETag = "" } = await s3.send(new PutObjectCommand({ ...object, ...condition }));
    return ETag;
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  }
}

/** 412: it changed; 409: two conditional writes met; 404: what was to be replaced expired meanwhile. */
function isLost(error: unknown): boolean {
  return error instanceof S3ServiceException && [404, 409, 412].includes(error.$metadata.httpStatusCode ?? 0);
}
