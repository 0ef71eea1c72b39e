import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { Ajv2020 } from "ajv/dist/2020";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { VOCABULARY } from "../../../src/drift/words";
import { queryOf, trafficOfWeek } from "../../../src/governance/start/traffic";
import { TRAFFIC } from "../../../src/governance/start/traffic-schema";
import { fieldsOf } from "../../runbooks/insights";

const NOW = new Date("2026-03-16T04:00:00.250Z");
const FEATURES = ["textBytes", "sentiment", "confidence", "unknownWords"] as const;
const FIELDS = {
  textBytes: "text_bytes",
  sentiment: "sentiment",
  confidence: "confidence",
  unknownWords: "unknown_words",
};
const isTraffic = new Ajv2020({ strictTypes: false }).compile(TRAFFIC);

const logs = mockClient(CloudWatchLogsClient);
beforeEach(() => logs.reset());

type Answer = Partial<GetQueryResultsCommandOutput>;

/** Logs Insights, which answers a query about a field of the log line; others have no rows. */
function insights(answers: Readonly<Record<string, Answer | (() => Promise<Answer>)>>) {
  logs.on(StartQueryCommand).callsFake(({ queryString }) => ({ queryId: /ispresent\((\w+)\)/.exec(queryString)?.[1] }));
  logs.on(StopQueryCommand).resolves({});
  logs.on(GetQueryResultsCommand).callsFake(({ queryId }) => {
    const answer = answers[queryId] ?? rows(queryId);
    return typeof answer === "function" ? answer() : answer;
  });
}

/** `[model, value, requests]` as Insights gives them. */
function rows(field: string, ...found: readonly (readonly [string, string, string])[]): Answer {
  const results = found.map(([model, value, requests]) => [
    { field: "model_version", value: model },
    { field, value },
    { field: "requests", value: requests },
  ]);
  return { status: "Complete", results };
}

const week = (timeoutMs = 5_000) =>
  trafficOfWeek({ logs: new CloudWatchLogsClient({}), logGroup: "/aws/lambda/p", now: NOW, timeoutMs, pollMs: 1 });

it("counts a week by model and bin", async () => {
  insights({
    text_bytes: rows("text_bytes", ["a", "15", "2"], ["a", "16", "3"], ["a", "31", "4"], ["b", "1024", "1"]),
    sentiment: rows("sentiment", ["a", "negative", "9"]),
    confidence: rows("confidence", ["a", "0.89", "5"], ["a", "0.9", "4"]),
    unknown_words: rows("unknown_words", ["a", "0", "7"], ["a", "0.01", "1"]),
  });
  const traffic = await week();
  expect(traffic).toEqual({
    version: "1",
    from: "2026-03-09T04:00:00.000Z",
    to: "2026-03-16T04:00:00.000Z",
    vocabulary: VOCABULARY,
    notes: [],
    models: [
      {
        model: "a",
        requests: 9,
        histograms: {
          textBytes: { bins: [1, 16, 32, 64, 128, 256, 512], counts: [2, 7, 0, 0, 0, 0, 0] },
          sentiment: { bins: ["positive", "neutral", "negative"], counts: [0, 0, 9] },
          confidence: { bins: [0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], counts: [0, 0, 0, 0, 0, 5, 4] },
          unknownWords: { bins: [0, 0.01, 0.1, 0.2, 0.35], counts: [7, 1, 0, 0, 0] },
        },
      },
      {
        model: "b",
        requests: 1,
        histograms: { textBytes: expect.objectContaining({ counts: [0, 0, 0, 0, 0, 0, 1] }) },
      },
    ],
  });
  expect(isTraffic(traffic)).toBe(true);
});

it("asks about the seven days, in seconds, of the group alone", async () => {
  insights({});
  await week();
  const asked = logs.commandCalls(StartQueryCommand).map(({ args }) => args[0].input);
  expect(asked).toHaveLength(4);
  for (const { logGroupName, startTime, endTime } of asked) {
    expect({ logGroupName, startTime, endTime }).toEqual({
      logGroupName: "/aws/lambda/p",
      startTime: Date.parse("2026-03-09T04:00:00Z") / 1_000,
      endTime: Date.parse("2026-03-16T04:00:00Z") / 1_000 - 1,
    });
  }
});

it.each(FEATURES)("asks about %s in Insights' language, and never for a message", (feature) => {
  const fields = [...fieldsOf(queryOf(feature))].filter((field) => field !== FIELDS[feature]);
  expect(fields.sort()).toEqual(["model_version", "service", "status", "vocabulary"]);
});

it("loses no request: every count is in a bin", async () => {
  const bytes = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_024 }), fc.integer({ min: 1, max: 99 })), {
    minLength: 1,
  });
  await fc.assert(
    fc.asyncProperty(bytes, async (found) => {
      insights({ text_bytes: rows("text_bytes", ...found.map(([value, n]) => ["a", `${value}`, `${n}`] as const)) });
      const total = found.reduce((sum, [, requests]) => sum + requests, 0);
      expect((await week()).models[0]?.requests).toBe(total);
    }),
    { numRuns: 25 },
  );
});

it("waits for a query that runs", async () => {
  let looks = 0;
  const confidence = () => {
    looks += 1;
    return Promise.resolve(looks < 3 ? { status: "Running" as const } : rows("confidence", ["a", "0.5", "1"]));
  };
  insights({ confidence });
  expect((await week()).models).toHaveLength(1);
  expect(looks).toBe(3);
});

describe("a feature that cannot be counted is left out, with a note", () => {
  const many = rows("text_bytes", ...Array.from({ length: 10_000 }, (_, n) => [`m${n}`, "5", "1"] as const));
  it.each<[string, Answer | (() => Promise<Answer>), RegExp]>([
    ["the query fails", { status: "Failed" }, /the query ended as Failed/],
    ["there are too many rows", many, /10000 rows/],
    ["a row is not a count", rows("text_bytes", ["a", "5", "many"]), /row that is none of text_bytes/],
    ["a value is no number", rows("text_bytes", ["a", "", "3"]), /row that is none of text_bytes/],
    ["a value is below all bins", rows("text_bytes", ["a", "-1", "3"]), /row that is none of text_bytes/],
    [
      "the answer has other columns",
      { status: "Complete", results: [[{ field: "@ptr", value: "x" }]] },
      /row that is none/,
    ],
    ["Logs refuses", () => Promise.reject(new Error("AccessDenied")), /AccessDenied/],
  ])("when %s", async (_when, answer, note) => {
    insights({ text_bytes: answer, sentiment: rows("sentiment", ["a", "neutral", "3"]) });
    const traffic = await week();
    expect(traffic.notes).toEqual([expect.stringMatching(note)]);
    expect(traffic.models).toMatchObject([{ model: "a", requests: 3 }]);
    expect(traffic.models[0]?.histograms).not.toHaveProperty("textBytes");
    expect(isTraffic(traffic)).toBe(true);
  });
});

it("gives up in time, and stops what it began", async () => {
  insights({ text_bytes: { status: "Running" } });
  const traffic = await week(20);
  expect(traffic.notes).toEqual(["text_bytes could not be counted: it took too long"]);
  expect(logs.commandCalls(StopQueryCommand).map(({ args }) => args[0].input.queryId)).toEqual(["text_bytes"]);
});
