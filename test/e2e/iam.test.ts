// The function's role grants what it needs and nothing is granted elsewhere: without one right the call fails.
import { GetRolePolicyCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { clientConfig } from "../../deploy/local/aws";
import { issueToken } from "../../deploy/local/tokens";
import { until } from "../until";
import { predict, resetQuota, sharedTarget } from "./shared-target";

const target = sharedTarget();
const iam = new IAMClient(clientConfig(target.awsUrl));

interface Statement {
  readonly Action: string | readonly string[];
}

async function predictPolicy(): Promise<{
  RoleName: string;
  PolicyName: string;
  document: { Statement: Statement[] };
}> {
  const { Roles } = await iam.send(new ListRolesCommand());
  const RoleName = Roles?.map((role) => role.RoleName ?? "").find((name) => name.includes("PredictRole")) ?? "";
  const policy = { RoleName, PolicyName: "predict" };
  const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand(policy));
  return { ...policy, document: JSON.parse(decodeURIComponent(PolicyDocument)) };
}

describe("the function's role", () => {
  it("is needed for the model: without sagemaker:InvokeEndpoint a call is answered 503", async () => {
    const { document, ...policy } = await predictPolicy();
    const token = await issueToken(target, {});
    await resetQuota(target);
    let serial = 0;
    const status = async () => {
      serial += 1; // a text of its own, so that no cache answers
      return (await predict(target, { token, body: JSON.stringify({ text: `${Date.now()} ${serial}` }) })).status;
    };
    const put = (Statement: Statement[]) =>
      iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument: JSON.stringify({ ...document, Statement }) }));
    expect(await status()).toBe(200);
    await put(document.Statement.filter(({ Action }) => Action !== "sagemaker:InvokeEndpoint"));
    try {
      await until(async () => (await status()) === 503, 10_000);
    } finally {
      await put(document.Statement);
    }
    await until(async () => (await status()) === 200, 10_000);
  }, 60_000);
});
