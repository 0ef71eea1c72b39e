// The newest reports, which a job compares with: the last weeks of bias (analysis.json) and of traffic (traffic.json).
import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { REPORTS, SUMMARY } from "../report-place";

/** Reports; `python -m job --weeks` takes no more. */
const NEWEST = 8;
const COMPARED = ["analysis.json", "traffic.json"];

/** What SageMaker's ManifestFile holds: a prefix, then what is below it. */
export type Manifest = readonly [{ readonly prefix: string }, ...(readonly string[])];

/**
 * A manifest of the newest complete reports; one without summary.json is not complete.
 * @returns undefined when there is none yet.
 */
export async function historyManifest(s3: S3Client, bucket: string): Promise<Manifest | undefined> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: REPORTS })) {
    keys.push(...Contents.map(({ Key = "" }) => Key.slice(REPORTS.length)));
  }
  const complete = keys.filter((key) => key.endsWith(`/${SUMMARY}`)).map((key) => key.slice(0, -SUMMARY.length));
  const newest = complete.sort().slice(-NEWEST); // folders begin with their date
  const files = keys.filter((key) => newest.some((folder) => COMPARED.some((name) => key === `${folder}${name}`)));
  return files.length === 0 ? undefined : [{ prefix: `s3://${bucket}/${REPORTS}` }, ...files.sort()];
}
