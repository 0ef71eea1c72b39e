import { readConfig } from "../../src/predict/config";

const environment = {
  STAGE: "prod",
  MODEL_ENDPOINT: "serin-prod-abc",
  MODEL_VERSION: "abc",
  MODEL_FORMAT: "autopilot",
  MODEL_BUDGET_MS: "500",
  RATE_LIMIT_TABLE: "table",
  RATE_LIMIT_ON_FAILURE: "deny",
  RATE_LIMIT_TIMEOUT_MS: "100",
  DOCS_URL: "/docs/errors",
};

describe("readConfig", () => {
  it("reads what serverless.yml sets", () => {
    expect(readConfig(environment)).toEqual({
      stage: "prod",
      modelEndpoint: "serin-prod-abc",
      modelVersion: "abc",
      modelFormat: "autopilot",
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

  it("refuses an unknown format of the model", () => {
    const call = () => readConfig({ ...environment, MODEL_FORMAT: "csv" });
    expect(call).toThrow("MODEL_FORMAT must be serin or autopilot");
  });

  it("refuses an unknown policy", () => {
    const call = () => readConfig({ ...environment, RATE_LIMIT_ON_FAILURE: "maybe" });
    expect(call).toThrow("RATE_LIMIT_ON_FAILURE must be allow or deny");
  });
});
