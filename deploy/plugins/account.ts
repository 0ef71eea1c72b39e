// Where a deployment goes: whose credentials these are, and in which region its stage lives already.
import { ListBucketsCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { explained } from "../release/aws-error";
import { DeployError, messageOf } from "./osls";

const NOTHING_CHANGED = "Nothing was changed.";

/**
 * Asks AWS whose credentials these are.
 * @param expected - Id of the account that it must be; empty when any will do.
 * @throws DeployError that says what to do about missing, expired or wrong ones.
 */
export async function checkAccount(aws: STSClientConfig, expected: string): Promise<void> {
  const { Account, Arn } = await identity(aws);
  if (expected === "" || Account === expected) return;
  throw new DeployError(
    `These credentials (${String(Arn)}) are of AWS account ${String(Account)}, but the parameter account is ${expected}. ` +
      `${NOTHING_CHANGED} Choose others with AWS_PROFILE`,
  );
}

async function identity(aws: STSClientConfig) {
  try {
    return await new STSClient(aws).send(new GetCallerIdentityCommand());
  } catch (error) {
    throw new DeployError(`${messageOf(explained(error)).replace(/^\w+Error: /, "")} ${NOTHING_CHANGED}`);
  }
}

/**
 * A stage lives in one region, where its deployment bucket is; to forget --region would make a second one elsewhere.
 * @throws DeployError when it is another region than this one.
 */
export async function checkHome(aws: S3ClientConfig & { readonly region: string }, stage: string): Promise<void> {
  const homes = await bucketRegions(aws, stage);
  const [home] = homes;
  if (home === undefined || homes.includes(aws.region)) return;
  throw new DeployError(
    `Stage ${stage} lives in region ${home}. ${NOTHING_CHANGED} ` +
      `Deploy it with --region ${home}; for a second one in ${aws.region} take another --stage`,
  );
}

async function bucketRegions(aws: S3ClientConfig, stage: string): Promise<readonly string[]> {
  try {
    const Prefix = `serin-${stage}-serverlessdeploymentbuck`; // CloudFormation shortens what it names
    const { Buckets = [] } = await new S3Client(aws).send(new ListBucketsCommand({ Prefix, MaxBuckets: 100 }));
    return Buckets.flatMap(({ BucketRegion = [] }) => BucketRegion);
  } catch {
    return []; // without the right to list buckets it stays unknown, which is no reason to refuse
  }
}
