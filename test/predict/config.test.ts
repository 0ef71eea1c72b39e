import { readConfig } from "../../src/predict/config";

const environment = {
  MODEL_ENDPOINT: "serin-prod-abc",
  MODEL_VERSION: "abc",
  MODEL_BUDGET_MS: "500",
  RATE_LIMIT_TABLE: "table",
  RATE_LIMIT_ON_FAILURE: "deny",
  RATE_LIMIT_TIMEOUT_MS: "100",
  DOCS_URL: "/docs/errors",
};

describe("readConfig", () => {
  it("reads what serverless.yml sets", () => {
    expect(readConfig(environment)).toEqual({
      modelEndpoint: "serin-prod-abc",
      modelVersion: "abc",
      modelBudgetMs: 500,
      rateLimitTable: "table",
      rateLimitOnFailure: "deny",
      limiterTimeoutMs: 100,
      docsUrl: "/docs/errors",
    });
  });

  it.each(Object.keys(environment))("names %s when it is missing", (name) => {
    expect(() => readConfig({ ...environment, [name]: "" })).toThrow(`${name} is not set`);
  });

  it.each(["0", "-1", "1.5", "soon"])("refuses %s as a time", (value) => {
    expect(() => readConfig({ ...environment, MODEL_BUDGET_MS: value })).toThrow(
      "MODEL_BUDGET_MS must be a whole number",
    );
  });

  it("refuses an unknown policy", () => {
    const call = () => readConfig({ ...environment, RATE_LIMIT_ON_FAILURE: "maybe" });
    expect(call).toThrow("RATE_LIMIT_ON_FAILURE must be allow or deny");
  });
});
