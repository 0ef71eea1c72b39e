// The functions behind POST /explain and GET /explainability in the compiled template: routes, rights, and which model they ask.
import { type AlarmState, evaluateAlarm } from "../../deploy/local/alarms/alarm";
import { modelVersion } from "../../deploy/model-package";
import { type PackagedService, packageService } from "../../deploy/packaged-service";
import { ROOT } from "../../deploy/root";
import { alarmsOf } from "./alarms-of";
import { evaluate } from "./evaluated-template";

const PREVIOUS = "0123456789ab";
const version = modelVersion(ROOT);

let prod: PackagedService;
beforeAll(() => {
  prod = packageService("prod", `--param=previousModel=${PREVIOUS}`);
}, 60_000);
afterAll(() => prod.remove());

const properties = (name: string): Readonly<Record<string, unknown>> => prod.template.Resources[name]?.Properties ?? {};

/** Action and resource of each right of a role. */
function rightsOf(role: string): unknown[] {
  const [policy] = [properties(role)["Policies"]].flat();
  const statements: unknown[] = [Object(policy).PolicyDocument.Statement].flat();
  return statements.map((statement) => [Object(statement).Action, Object(statement).Resource]);
}

/** The function's environment when the stack's parameters are these. */
function environmentWith(parameters: Readonly<Record<string, string>>): unknown {
  return evaluate(prod.template, parameters)["ExplainLambdaFunction"]?.Properties["Environment"];
}

it.each([
  ["HttpApiRoutePostPredict", "POST /predict", "serin/predict"],
  ["HttpApiRoutePostExplain", "POST /explain", "serin/explain"],
  ["HttpApiRouteGetExplainability", "GET /explainability", "serin/explain"],
])("%s is behind the JWT authorizer with its scope", (name, RouteKey, scope) => {
  expect(properties(name)).toMatchObject({ RouteKey, AuthorizationType: "JWT", AuthorizationScopes: [scope] });
});

it("has no other routes", () => {
  const routes = Object.values(prod.template.Resources).filter(({ Type }) => Type === "AWS::ApiGatewayV2::Route");
  expect(routes).toHaveLength(3);
});

it("knows both scopes, which both app clients may ask for", () => {
  expect(properties("ApiScopes")).toMatchObject({ Scopes: [{ ScopeName: "predict" }, { ScopeName: "explain" }] });
  for (const client of ["MachineClient", "PeopleClient"])
    expect(properties(client)["AllowedOAuthScopes"]).toEqual(
      expect.arrayContaining(["serin/predict", "serin/explain"]),
    );
});

it("lets explain ask the stage's models, write the limiter's table and its own log, nothing else", () => {
  const endpoint = (id: string) => ({
    "Fn::Sub": expect.stringMatching(new RegExp(`:endpoint/serin-prod-${id}$`)),
  });
  expect(rightsOf("ExplainRole")).toEqual([
    ["sagemaker:InvokeEndpoint", [endpoint(version), endpoint(PREVIOUS)]],
    ["dynamodb:UpdateItem", { "Fn::GetAtt": ["RateLimitTable", "Arn"] }],
    [
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      { "Fn::Sub": expect.stringMatching(/:log-group:\/aws\/lambda\/serin-prod-explain:\*$/) },
    ],
  ]);
});

it("lets explainability read the newest summary and no other object", () => {
  expect(rightsOf("ExplainabilityRole")).toEqual([
    ["s3:GetObject", { "Fn::Sub": "${ReportsBucket.Arn}/latest/summary.json" }],
    ["s3:ListBucket", { "Fn::GetAtt": ["ReportsBucket", "Arn"] }],
    ["kms:Decrypt", { "Fn::GetAtt": ["ReportsKey", "Arn"] }],
    ["dynamodb:UpdateItem", { "Fn::GetAtt": ["RateLimitTable", "Arn"] }],
    [
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      { "Fn::Sub": expect.stringMatching(/:log-group:\/aws\/lambda\/serin-prod-explainability:\*$/) },
    ],
  ]);
});

describe("explain", () => {
  const rolledBack = { LiveVersion: "7", LivePreviousModel: "none" };

  it("asks the model that the deployment made active, once its endpoint is there", () => {
    expect(environmentWith({})).toMatchObject({
      Variables: {
        MODEL_ENDPOINT: { "Fn::GetAtt": [`Endpoint${version}`, "EndpointName"] },
        MODEL_VERSION: version,
        MODEL_FORMAT: "serin",
      },
    });
  });

  it("asks the previous model after a rollback to it", () => {
    expect(environmentWith({ ...rolledBack, LiveModel: PREVIOUS })).toMatchObject({
      Variables: { MODEL_ENDPOINT: `serin-prod-${PREVIOUS}`, MODEL_VERSION: PREVIOUS },
    });
  });

  it("asks the same model after a rollback of the code alone", () => {
    expect(environmentWith({ ...rolledBack, LiveModel: version })).toMatchObject({
      Variables: { MODEL_VERSION: version },
    });
  });

  it("has time for its budget and the limiter", () => {
    const { Timeout, Environment } = properties("ExplainLambdaFunction");
    const { MODEL_BUDGET_MS, RATE_LIMIT_TIMEOUT_MS } = Object(Environment).Variables;
    expect(Number(MODEL_BUDGET_MS) + 4 * Number(RATE_LIMIT_TIMEOUT_MS)).toBeLessThan(Number(Timeout) * 1000);
  });
});

describe("the alarm explain-faults", () => {
  /** Faults and requests of a route in the last six hours. */
  type Traffic = readonly [route: string, faults: number, requests: number];

  function stateAfter(...traffic: readonly Traffic[]): AlarmState {
    const alarm = alarmsOf(evaluate(prod.template, {})).metric.find(
      ({ AlarmName }) => AlarmName === "serin-prod-explain-faults",
    );
    const data = traffic.flatMap(([route, faults, requests]) => {
      const [Method = "", Resource = ""] = route.split(" ");
      const dimensions = { ApiId: "HttpApi", Stage: "$default", Method, Resource };
      const datum = (name: string, value: number) => ({
        namespace: "AWS/ApiGateway",
        name,
        dimensions,
        value,
        timestampMs: 1,
      });
      return [datum("Count", requests), ...(faults > 0 ? [datum("5xx", faults)] : [])]; // sparse, at worst
    });
    return evaluateAlarm(alarm ?? {}, data, { nowMs: 6 * 3_600_000, timeScale: 1 }).state;
  }

  it.each(["POST /explain", "GET /explainability"])("goes on when %s is down, however few ask", (route) => {
    expect(stateAfter([route, 5, 5])).toBe("ALARM");
    expect(stateAfter([route, 4, 4])).toBe("OK");
    expect(stateAfter([route, 5, 100])).toBe("ALARM");
    expect(stateAfter([route, 5, 101])).toBe("OK");
  });

  it("sees that one of them is down while the other is busy and well", () => {
    expect(stateAfter(["POST /explain", 0, 10_000], ["GET /explainability", 5, 5])).toBe("ALARM");
    expect(stateAfter(["POST /explain", 5, 5], ["GET /explainability", 0, 10_000])).toBe("ALARM");
  });

  it("is off when nobody asks, and no matter of predictions", () => {
    expect(stateAfter()).toBe("OK");
    expect(stateAfter(["POST /predict", 1_000, 1_000])).toBe("OK");
  });

  it("needs a look in working hours, and pages nobody", () => {
    const rules = alarmsOf(evaluate(prod.template, {})).composite.filter(({ AlarmRule = "" }) =>
      AlarmRule.includes("explain-faults"),
    );
    expect(rules.map(({ AlarmName }) => AlarmName)).toEqual(["serin-prod-attention"]);
  });
});
