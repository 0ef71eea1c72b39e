import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { readQualification } from "../../../../deploy/local/rehearsal/qualification";
import { PASSED } from "./a-scene";

const ssm = mockClient(SSMClient);
const read = () => readQualification(new SSMClient({}), "/serin/local/releases", "d-1");

beforeEach(() => ssm.reset());

it("is read from the deployment's record", async () => {
  ssm
    .on(GetParameterCommand, { Name: "/serin/local/releases/d-1" })
    .resolves({ Parameter: { Value: JSON.stringify(PASSED) } });
  expect(await read()).toEqual(PASSED);
});

it("is missing when the hook left none, or something else", async () => {
  ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: "", $metadata: {} }));
  expect(await read()).toBeUndefined();
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '{"verdict":"pass"}' } });
  expect(await read()).toBeUndefined();
});

it("does not hide that Parameter Store cannot be reached", async () => {
  ssm.on(GetParameterCommand).rejects(new Error("no connection"));
  await expect(read()).rejects.toThrow("no connection");
});
