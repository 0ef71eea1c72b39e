// The stack that the local target deploys, as CloudFormation describes it.
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { clientConfig } from "./aws";
import { present } from "./present";

/** The stack's name. */
export const STACK = "serin-local";

/**
 * Looks up the stack's outputs once.
 * @returns A function from an output's name to its value, which throws when there is none of that name.
 */
export async function stackOutputs(awsUrl: string): Promise<(name: string) => string> {
  const cloudFormation = new CloudFormationClient(clientConfig(awsUrl));
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
  const outputs = new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  return (name) => present(outputs.get(name), `output ${name} of stack ${STACK}`);
}
