// Properties of a release in the compiled CloudFormation: how traffic reaches a version, what watches it, and who may move it.
import { type PackagedService, packageService, type Resource } from "../../deploy/packaged-service";
import { evaluate } from "./evaluated-template";

const [A, B, C] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"];
const ALIAS = "PredictLambdaFunctionAliaslive";
const GROUP = "PredictLambdaFunctionDeploymentGroup";

let prod: PackagedService;
let promoted: PackagedService;
beforeAll(() => {
  prod = packageService("prod", `--param=modelVersion=${A}`, `--param=previousModel=${B}`);
  promoted = packageService("prod", `--param=modelVersion=${C}`, `--param=previousModel=${A}`);
}, 240_000);
afterAll(() => {
  prod.remove();
  promoted.remove();
});

const resource = (name: string, { template } = prod): Resource => {
  const found = template.Resources[name];
  if (found) return found;
  throw new Error(`the template has no ${name}`);
};
const publishedVersion = ({ template } = prod): string => {
  const ids = Object.keys(template.Resources).filter((id) => template.Resources[id]?.Type === "AWS::Lambda::Version");
  expect(ids).toHaveLength(1);
  return String(ids[0]);
};
const deployed = (parameters: Readonly<Record<string, string>>) => {
  const resources = evaluate(prod.template, parameters);
  return (name: string) => resources[name];
};

/** Everything that CloudFormation updates before a resource: what it depends on or refers to, and so on. */
function before(name: string, found = new Set<string>()): Set<string> {
  const { DependsOn = [], ...rest } = resource(name);
  const text = JSON.stringify(rest);
  const referred = [...text.matchAll(/"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/g)].map(([, id = ""]) => id);
  for (const id of [...DependsOn, ...referred]) {
    if (found.has(id) || !(id in prod.template.Resources)) continue;
    found.add(id);
    before(id, found);
  }
  return found;
}

/** What a role's policy says; why is in docs/permissions.md. */
function statements(role: string): unknown[] {
  const [policy, ...others] = [resource(role).Properties["Policies"]].flat();
  expect(others).toEqual([]);
  expect(resource(role).Properties).not.toHaveProperty("ManagedPolicyArns");
  const said: readonly object[] = Object(policy).PolicyDocument.Statement;
  return said.map((statement) => Object.fromEntries(Object.entries(statement).filter(([name]) => name !== "Sid")));
}
const arn = (rest: string) => ({
  "Fn::Sub": `arn:\${AWS::Partition}:${rest.replace("::", ":${AWS::Region}:${AWS::AccountId}:")}`,
});

describe("a release's traffic", () => {
  it("reaches the alias, which the API may invoke, behind the JWT authorizer", () => {
    expect(JSON.stringify(resource("HttpApiIntegrationPredict").Properties["IntegrationUri"])).toContain(
      `functions/",{"Ref":"${ALIAS}"},"/invocations`,
    );
    expect(resource("PredictLambdaPermissionHttpApi").Properties["FunctionName"]).toEqual({ Ref: ALIAS });
    expect(resource("HttpApiAuthorizerCognito").Properties).toMatchObject({ AuthorizerType: "JWT" });
    expect(resource("HttpApiRoutePostPredict").Properties).toMatchObject({
      AuthorizationType: "JWT",
      AuthorizerId: { Ref: "HttpApiAuthorizerCognito" },
    });
  });

  it("goes to the version that is deployed: a tenth of it for 15 minutes, once the hook agrees", () => {
    const template = deployed({ StableVersion: "6" });
    expect(template(ALIAS)).toMatchObject({
      Properties: { Name: "live", FunctionVersion: { "Fn::GetAtt": [publishedVersion(), "Version"] } },
      UpdatePolicy: {
        CodeDeployLambdaAliasUpdate: {
          ApplicationName: { Ref: "DeploymentApplication" },
          DeploymentGroupName: { Ref: GROUP },
          BeforeAllowTrafficHook: { Ref: "HookLambdaFunction" },
        },
      },
    });
    expect(template(GROUP)?.Properties).toMatchObject({
      DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent15Minutes",
      DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
      DeploymentGroupName: `serin-prod-${GROUP}`,
    });
    expect(resource("DeploymentApplication").Properties).toEqual({
      ApplicationName: "serin-prod",
      ComputePlatform: "Lambda",
    });
  });

  it("goes back by itself on an alarm, on failure and when it is stopped", () => {
    expect(resource(GROUP).Properties["AutoRollbackConfiguration"]).toEqual({
      Enabled: true,
      Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
    });
  });

  it.each([
    "CanaryErrorsAlarm",
    "CanaryLatencyAlarm",
    GROUP,
    "CodeDeployRole",
    "HookLambdaFunction",
    "QualifyLambdaFunction",
    `Endpoint${A}`,
    `Endpoint${B}`,
    "PredictRole",
  ])("shifts only when %s is up to date", (name) => {
    expect(before(ALIAS)).toContain(name);
  });

  it("goes all at once, unqualified and unwatched, in an immediate release", () => {
    const template = deployed({ StableVersion: "6", Release: "immediate" });
    expect(template(ALIAS)?.UpdatePolicy).toEqual({
      CodeDeployLambdaAliasUpdate: {
        ApplicationName: { Ref: "DeploymentApplication" },
        DeploymentGroupName: { Ref: GROUP },
      },
    });
    expect(template(GROUP)?.Properties).toMatchObject({
      DeploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce",
      AlarmConfiguration: { Enabled: false },
    });
    expect(prod.template.Parameters["Release"]?.AllowedValues).toEqual(["canary", "immediate"]);
  });

  it("goes to the version that a rollback names, and the parameters of models follow", () => {
    const template = deployed({ LiveVersion: "5", LiveModel: B, LivePreviousModel: A, Release: "immediate" });
    expect(template(ALIAS)?.Properties["FunctionVersion"]).toBe("5");
    expect(template("ActiveModel")?.Properties["Value"]).toBe(B);
    expect(template("PreviousModel")?.Properties["Value"]).toBe(A);
    expect(prod.template.Outputs["LiveVersion"]?.Value).toMatchObject({
      "Fn::If": ["RolledBack", { Ref: "LiveVersion" }, { "Fn::GetAtt": [publishedVersion(), "Version"] }],
    });
  });
});

describe("a release's comparison", () => {
  const ofFunctionVersion = (alarm: Resource | undefined, id: string) => {
    const metrics = Object(alarm?.Properties["Metrics"]);
    const found = Object.values(metrics).find((metric) => Object(metric).Id === id);
    return Object(found).MetricStat?.Metric.Dimensions;
  };

  it("is of the version that is deployed with the one that was live", () => {
    const alarm = deployed({ StableVersion: "6" })("CanaryLatencyAlarm");
    const canary = { Name: "FunctionVersion", Value: { "Fn::GetAtt": [publishedVersion(), "Version"] } };
    expect(ofFunctionVersion(alarm, "canaryP95")).toContainEqual(canary);
    expect(ofFunctionVersion(alarm, "stableP95")).toContainEqual({ Name: "FunctionVersion", Value: "6" });
    expect(deployed({ StableVersion: "6" })("QualifyLambdaFunction")?.Properties).toMatchObject({
      Environment: { Variables: { CANARY_VERSION: canary.Value, STABLE_VERSION: "6", ON_INCONCLUSIVE: "fail" } },
    });
  });

  it("is watched by alarms of the canary's own, and by no other", () => {
    expect(deployed({ StableVersion: "6" })(GROUP)?.Properties["AlarmConfiguration"]).toEqual({
      Alarms: [{ Name: { Ref: "CanaryErrorsAlarm" } }, { Name: { Ref: "CanaryLatencyAlarm" } }],
      Enabled: true,
    });
    expect(JSON.stringify(resource("CanaryErrorsAlarm").Properties["AlarmName"])).toContain(publishedVersion());
  });

  it("does not exist on the first deployment", () => {
    const template = deployed({});
    expect(template("CanaryErrorsAlarm")).toBeUndefined();
    expect(template("CanaryLatencyAlarm")).toBeUndefined();
    expect(template(GROUP)?.Properties["AlarmConfiguration"]).toEqual({ Enabled: false });
    expect(JSON.stringify(template(GROUP))).not.toContain("CanaryErrorsAlarm");
    expect(template("QualifyLambdaFunction")?.Properties).toMatchObject({
      Environment: { Variables: { STABLE_VERSION: "none" } },
    });
  });

  it("leaves the hook time to report after the qualification's deadline", () => {
    const hook = resource("HookLambdaFunction").Properties;
    const qualify = resource("QualifyLambdaFunction").Properties;
    const { QUALIFY_TIMEOUT_MS } = Object(hook["Environment"]).Variables;
    expect(Number(QUALIFY_TIMEOUT_MS)).toBeGreaterThan(1000 * Number(qualify["Timeout"]));
    expect(1000 * Number(hook["Timeout"])).toBeGreaterThan(Number(QUALIFY_TIMEOUT_MS) + 20_000);
    expect(hook["FunctionName"]).toBe("CodeDeployHook_serin-prod-release");
  });
});

describe("a release's rights", () => {
  const log = (name: string) => ({
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: arn(`logs::log-group:/aws/lambda/${name}:*`),
  });

  it("let CodeDeploy move this alias, invoke this hook and look at alarms", () => {
    expect(resource(GROUP).Properties["ServiceRoleArn"]).toEqual({ "Fn::GetAtt": ["CodeDeployRole", "Arn"] });
    expect(JSON.stringify(resource("CodeDeployRole").Properties["AssumeRolePolicyDocument"])).toContain(
      '"Principal":{"Service":"codedeploy.amazonaws.com"}',
    );
    const predict = "lambda::function:serin-prod-predict";
    expect(statements("CodeDeployRole")).toEqual([
      { Effect: "Allow", Action: ["lambda:GetAlias", "lambda:UpdateAlias"], Resource: arn(predict) },
      { Effect: "Allow", Action: "lambda:GetProvisionedConcurrencyConfig", Resource: arn(`${predict}:*`) },
      {
        Effect: "Allow",
        Action: "lambda:InvokeFunction",
        Resource: arn("lambda::function:CodeDeployHook_serin-prod-release"),
      },
      { Effect: "Allow", Action: "cloudwatch:DescribeAlarms", Resource: "*" },
    ]);
  });

  it("let the hook have a version qualified, and report", () => {
    expect(statements("HookRole")).toEqual([
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: arn("lambda::function:serin-prod-qualify") },
      {
        Effect: "Allow",
        Action: "codedeploy:PutLifecycleEventHookExecutionStatus",
        Resource: arn(`codedeploy::deploymentgroup:serin-prod/serin-prod-${GROUP}`),
      },
      log("CodeDeployHook_serin-prod-release"),
    ]);
  });

  it("let the qualification invoke versions of predict, and keep its record", () => {
    const predict = "lambda::function:serin-prod-predict";
    expect(statements("QualifyRole")).toEqual([
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: arn(`${predict}:*`) },
      { Effect: "Allow", Action: "lambda:GetAlias", Resource: arn(predict) },
      { Effect: "Allow", Action: "ssm:PutParameter", Resource: arn("ssm::parameter/serin/prod/releases/*") },
      log("serin-prod-qualify"),
    ]);
  });
});

describe("a release's models", () => {
  const predictEnvironment = (service: PackagedService) =>
    Object(resource("PredictLambdaFunction", service).Properties["Environment"]).Variables;

  it("are the active one, which the new version is pinned to, and the previous one", () => {
    expect(predictEnvironment(prod)).toMatchObject({ MODEL_ENDPOINT: `serin-prod-${A}`, MODEL_VERSION: A });
    for (const version of [A, B]) {
      expect(resource(`Endpoint${version}`).Properties).toMatchObject({
        EndpointName: `serin-prod-${version}`,
        EndpointConfigName: { "Fn::GetAtt": [`EndpointConfig${version}`, "EndpointConfigName"] },
      });
      expect(JSON.stringify(resource(`EndpointConfig${version}`))).toContain(`"Fn::GetAtt":["Model${version}"`);
      expect(JSON.stringify(resource(`Model${version}`))).toContain(`/models/${version}/model.tar.gz`);
    }
    expect(resource("ActiveModel").Properties).toMatchObject({ Name: "/serin/prod/models/active-version" });
    expect(resource("PreviousModel").Properties).toMatchObject({ Name: "/serin/prod/models/previous-version" });
    expect(deployed({})("ActiveModel")?.Properties["Value"]).toBe(A);
    expect(deployed({})("PreviousModel")?.Properties["Value"]).toBe(B);
  });

  it("are the only ones that predict may invoke", () => {
    expect(statements("PredictRole")[0]).toEqual({
      Effect: "Allow",
      Action: "sagemaker:InvokeEndpoint",
      Resource: [arn(`sagemaker::endpoint/serin-prod-${A}`), arn(`sagemaker::endpoint/serin-prod-${B}`)],
    });
  });

  it("change in the parameters only after the alias", () => {
    expect(before("ActiveModel")).toContain(ALIAS);
    expect(before("PreviousModel")).toContain(ALIAS);
  });

  it("leave no placeholder", () => {
    const text = JSON.stringify(prod.template);
    expect(text).not.toContain("EachVersion");
    expect(text).not.toMatch(/\bPredictLambdaVersion\b/);
  });

  it("are added and dropped by a promotion, which touches the model that was live in nothing", () => {
    const comparable = (service: PackagedService) => {
      const text = JSON.stringify(service.template.Resources, (key, value) => (key === "S3Key" ? "" : value));
      const resources: Record<string, unknown> = JSON.parse(text.replaceAll(publishedVersion(service), "Version"));
      return new Map(Object.entries(resources).map(([id, value]) => [id, JSON.stringify(value)]));
    };
    const [old, now] = [comparable(prod), comparable(promoted)];
    const changed = [...new Set([...old.keys(), ...now.keys()])].filter((id) => old.get(id) !== now.get(id));
    const made = (version: string) => [`Model${version}`, `EndpointConfig${version}`, `Endpoint${version}`];
    expect(changed).toEqual(expect.arrayContaining([...made(B), ...made(C)]));
    expect(changed.filter((id) => !id.includes(B) && !id.includes(C)).sort()).toEqual(
      [
        "ActiveModel",
        "AttentionAlarm",
        "Dashboard",
        "ExplainLambdaFunction", // answers from the active model
        "ExplainRole",
        "GovernanceJobRole",
        "PredictLambdaFunction",
        "PredictRole",
        "PreviousModel",
        ALIAS,
      ].sort(),
    );
    expect(publishedVersion(promoted)).not.toBe(publishedVersion(prod));
  });
});
