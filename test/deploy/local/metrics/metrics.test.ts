import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { readMetrics } from "../../../../deploy/local/metrics/metrics";

const logs = mockClient(CloudWatchLogsClient);
const fetched = jest.spyOn(globalThis, "fetch");

/** What the emulated AWS answers at its own address. */
const answer = (body: unknown, status = 200) => fetched.mockResolvedValue(Response.json(body, { status }));

const line = (service: string) => ({
  eventId: service,
  timestamp: 20,
  message: JSON.stringify({
    _aws: {
      Timestamp: 20,
      CloudWatchMetrics: [{ Namespace: "Serin", Dimensions: [["service"]], Metrics: [{ Name: "Requests" }] }],
    },
    service,
    Requests: 1,
  }),
});

beforeEach(() => {
  logs.reset();
  logs
    .on(DescribeLogGroupsCommand, { logGroupNamePrefix: "/aws/lambda/" })
    .resolves({ logGroups: [{ logGroupName: "/aws/lambda/one" }, { logGroupName: "/aws/lambda/two" }] });
  for (const name of ["one", "two"]) {
    logs.on(FilterLogEventsCommand, { logGroupName: `/aws/lambda/${name}` }).resolves({ events: [line(name)] });
  }
});
afterAll(() => fetched.mockRestore());

describe("the metrics of a local target", () => {
  it("are those that its functions printed and those that the emulated AWS saw", async () => {
    const of = { namespace: "AWS/ApiGateway", name: "Count", dimensions: { ApiId: "a" } };
    answer([
      {
        ...of,
        points: [
          [10, 1],
          [11, 2],
        ],
      },
    ]);
    const own = (service: string) => ({ namespace: "Serin", name: "Requests", dimensions: { service }, value: 1 });
    await expect(readMetrics("http://127.0.0.1:1", 5.5)).resolves.toEqual([
      { ...own("one"), timestampMs: 20 },
      { ...own("two"), timestampMs: 20 },
      { ...of, value: 1, timestampMs: 10 },
      { ...of, value: 2, timestampMs: 11 },
    ]);
    expect(fetched).toHaveBeenCalledWith("http://127.0.0.1:1/_serin/metrics?since=5");
    expect(logs.commandCalls(FilterLogEventsCommand)[0]?.args[0].input.startTime).toBe(5);
  });

  it.each([
    ["is of another version", {}, 200],
    ["does not know of metrics", [], 404],
  ])("are missed loudly where the emulator %s", async (_, body, status) => {
    answer(body, status);
    await expect(readMetrics("http://127.0.0.1:1", 0)).rejects.toThrow(`(HTTP ${status})`);
  });
});
