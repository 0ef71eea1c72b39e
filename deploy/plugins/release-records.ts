// What releases leave in SSM beside the stack: the records of releases and of model versions.
import {
  DeleteParametersCommand,
  paginateGetParametersByPath,
  SSMClient,
  type SSMClientConfig,
} from "@aws-sdk/client-ssm";

/** As many as one call may delete. */
const BATCH = 10;

/** Removes the records of a stage that is gone. */
export async function removeRecords(
  aws: Pick<SSMClientConfig, "region" | "credentials">,
  stage: string,
): Promise<void> {
  const ssm = new SSMClient(aws);
  const names: string[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath(
    { client: ssm },
    { Path: `/serin/${stage}/`, Recursive: true },
  )) {
    names.push(...Parameters.map(({ Name = "" }) => Name));
  }
  for (let i = 0; i < names.length; i += BATCH) {
    await ssm.send(new DeleteParametersCommand({ Names: names.slice(i, i + BATCH) }));
  }
}
