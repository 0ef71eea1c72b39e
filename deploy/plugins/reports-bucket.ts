// The buckets of governance reports, when a stage goes: CloudFormation deletes a bucket only when it is empty.
import {
  CloudFormationClient,
  CloudFormationServiceException,
  GetTemplateCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { DeployError, type Provider } from "./osls";

/** The log last: it tells who deleted reports. */
const BUCKETS = ["ReportsBucket", "ReportsLogBucket"];

type Aws = Awaited<ReturnType<Provider["getAwsSdkV3Config"]>>;

/**
 * Deletes every version of every object in the buckets that go with the stack. What the deployed template retains is left as it is,
 * whatever the parameters of this command say.
 * @throws DeployError when a report is locked, or where the caller may not empty the buckets.
 */
export async function emptyReports(aws: Aws, stack: string): Promise<void> {
  const cloudFormation = new CloudFormationClient(aws);
  const s3 = new S3Client(aws);
  const going = await notRetained(cloudFormation, stack);
  if (going.length === 0) return;
  const buckets = await bucketsOf(cloudFormation, stack);
  for (const logicalId of going) {
    const bucket = buckets.get(logicalId);
    if (bucket !== undefined) await empty(s3, bucket);
  }
}

/** Names by logical id; without those that an earlier removal deleted before it failed. */
async function bucketsOf(client: CloudFormationClient, stack: string): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: stack }))
    for (const { LogicalResourceId = "", PhysicalResourceId, ResourceStatus } of StackResourceSummaries)
      if (PhysicalResourceId && ResourceStatus !== "DELETE_COMPLETE") names.set(LogicalResourceId, PhysicalResourceId);
  return names;
}

async function notRetained(cloudFormation: CloudFormationClient, stack: string): Promise<string[]> {
  try {
    const { TemplateBody = "{}" } = await cloudFormation.send(new GetTemplateCommand({ StackName: stack }));
    const resources = member(JSON.parse(TemplateBody), "Resources");
    const isGoing = (bucket: unknown) => bucket !== undefined && member(bucket, "DeletionPolicy") !== "Retain";
    return BUCKETS.filter((id) => isGoing(member(resources, id)));
  } catch (error) {
    if (error instanceof CloudFormationServiceException && error.name === "ValidationError") return []; // no such stack
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Page by page from the beginning, since each page that was there is gone. */
async function empty(s3: S3Client, bucket: string): Promise<void> {
  const Objects = await firstObjects(s3, bucket);
  if (Objects.length === 0) return;
  const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
  const [error] = Errors;
  if (error === undefined) return empty(s3, bucket);
  throw new DeployError(
    `${error.Key} in the bucket ${bucket} cannot be deleted (${error.Code}); the stack was not removed. ` +
      "A report that is locked (reportsLockDays) can be deleted by somebody with the right s3:BypassGovernanceRetention",
  );
}

/** A page of them; none of a bucket that somebody deleted by hand. */
async function firstObjects(s3: S3Client, bucket: string): Promise<ObjectIdentifier[]> {
  try {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error;
    if (error.name === "NoSuchBucket") return [];
    if (error.name !== "AccessDenied") throw error;
    throw new DeployError(
      `you may not see the objects of the bucket ${bucket}, so it cannot be emptied; the stack was not removed. ` +
        "A pipeline may with the parameter Reports=delete of deploy/ci-role.yml; or deploy with dataDeletionPolicy=Retain first, " +
        "which keeps the reports",
    );
  }
}
