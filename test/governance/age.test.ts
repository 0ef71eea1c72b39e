// The age of the newest report, which the alarm governance-missed watches.
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { startCapture } from "../capture-stdout";

process.env["STAGE"] = "prod";
process.env["LATEST_REPORT"] = "/serin/prod/governance/latest-report";
process.env["SINCE"] = "/serin/prod/governance/since";

const DAY_MS = 24 * 3_600_000;
const ssm = mockClient(SSMClient);
const none = new ParameterNotFound({ message: "", $metadata: {} });

beforeEach(() => {
  ssm.reset();
  ssm.on(GetParameterCommand).rejects(none);
});

const changed = (name: string, days: number) =>
  ssm
    .on(GetParameterCommand, { Name: `/serin/prod/governance/${name}` })
    .resolves({ Parameter: { LastModifiedDate: new Date(Date.now() - days * DAY_MS) } });

async function age(): Promise<unknown> {
  const { handler } = await import("../../src/governance/age/handler");
  const capture = startCapture();
  try {
    await handler();
    const [metrics] = capture.lines();
    expect(metrics).toMatchObject({ service: "governance", stage: "prod" });
    return metrics?.["ReportAge"];
  } finally {
    capture.stop();
  }
}

it("is that of the newest report, in days", async () => {
  changed("latest-report", 3);
  changed("since", 100);
  expect(await age()).toBeCloseTo(3, 3);
});

it("is the stage's before the first report", async () => {
  changed("since", 9);
  expect(await age()).toBeCloseTo(9, 3);
});

it("is unknown without either, and when the parameter store fails", async () => {
  await expect(age()).rejects.toThrow("stage prod has no parameter");
  ssm.on(GetParameterCommand).rejects(new Error("throttled"));
  await expect(age()).rejects.toThrow("throttled");
});
