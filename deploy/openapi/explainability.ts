// GET /explainability in the API's document, with examples answered by its own code.
import { explainability } from "../../src/governance/explainability/explainability";
import { REPORT_SUMMARY, type ReportSummary } from "../../src/governance/summary";
import { type Answer, answer } from "./answer";
import type { Operation } from "./operation";
import { guardWith, MODEL_VERSION, PROBLEMS_OF_ALL, type Scenario } from "./scenarios";

/** `report` is what the bucket holds; undefined for nothing. */
interface ReportScenario extends Scenario {
  readonly report?: ReportSummary | undefined;
}

/** The entry of GET /explainability. */
export async function explainabilityOperation(): Promise<Operation> {
  const unreadable: Scenario = { failure: new Error("S3 does not answer") };
  const others = PROBLEMS_OF_ALL.filter(({ failure }) => !failure); // what fails here is the report
  return {
    method: "get",
    path: "/explainability",
    id: "explainability",
    tag: "Explanations",
    scope: "serin/explain",
    summary: "Read the newest governance report's summary",
    description: [
      "What the weekly report found: whether any bias metric got worse, which words move the model most,",
      "and whether what users send has drifted from the training data.",
      "",
      "Each call costs one request of your quota. A new report is shown within half a minute.",
    ].join("\n"),
    response: { name: "ReportSummary", schema: REPORT_SUMMARY },
    answers: await Promise.all([{ report: REPORT }, {}, unreadable, ...others].map(play)),
  };
}

function play({ report, ...scenario }: ReportScenario): Promise<Answer> {
  const { failure } = scenario;
  const latest = () => (failure ? Promise.reject(failure) : Promise.resolve(report));
  const handle = explainability({ guard: guardWith(scenario), latest });
  return answer(handle, { method: "GET", path: "/explainability", ...scenario });
}

const REPORT: ReportSummary = {
  version: "1",
  created: "2026-01-05T03:12:40Z",
  model: MODEL_VERSION,
  baseline: "91c4d0aa37be",
  verdict: "worse",
  tally: { ok: 212, worse: 1, insufficientData: 18 },
  worse: [
    {
      facet: "gender",
      group: "female",
      metric: "DPPL",
      title: "Difference in positive proportions in predicted labels",
      value: 0.061,
      baselineValue: 0.012,
      comparedWith: ["baseline"],
    },
  ],
  importance: {
    method: "Shapley values of words, estimated from four orders",
    texts: 2400,
    words: {
      positive: [{ word: "great", weight: 0.31, texts: 120 }],
      neutral: [{ word: "tomorrow", weight: 0.12, texts: 84 }],
      negative: [{ word: "furious", weight: 0.42, texts: 96 }],
    },
    groupTerms: [{ facet: "gender", share: 0.03 }],
  },
  drift: {
    verdict: "ok",
    requests: 183_000,
    features: [{ name: "length", psi: 0.02, threshold: 0.1, verdict: "ok" }],
  },
};
