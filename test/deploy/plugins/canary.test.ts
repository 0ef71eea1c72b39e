// The canary plugin on a small template; template-release.test.ts holds what becomes of the whole service.
import { CanaryPlugin } from "../../../deploy/plugins/canary";
import type { Resource, Template } from "../../../deploy/plugins/osls";
import { makeService } from "./service";

const PREDICT = {
  deploymentSettings: {
    alias: "live",
    type: "Canary10Percent15Minutes",
    preTrafficHook: "hook",
    alarms: ["CanaryErrorsAlarm"],
    codeDeployRole: { "Fn::GetAtt": ["CodeDeployRole", "Arn"] },
  },
};

const capitalized = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** What osls compiles of a service with one function behind a JWT authorizer. */
const compiled = (): Record<string, Resource> => ({
  PredictLambdaVersionAbc: {
    Type: "AWS::Lambda::Version",
    Properties: { FunctionName: { Ref: "PredictLambdaFunction" } },
  },
  Jwt: { Type: "AWS::ApiGatewayV2::Authorizer", Properties: { AuthorizerType: "JWT" } },
  Integration: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: { IntegrationUri: { "Fn::GetAtt": ["PredictLambdaFunction", "Arn"] } },
  },
  CanaryErrorsAlarm: {
    Type: "AWS::CloudWatch::Alarm",
    Properties: { Version: { "Fn::GetAtt": ["PredictLambdaVersion", "Version"] } },
  },
  EndpointEachVersion: { Type: "AWS::SageMaker::Endpoint", Properties: { EndpointName: "EachVersion" } },
});

/** Runs the plugin. @returns The template's resources afterwards. */
function run(
  resources: Record<string, Resource>,
  model: { version: string; previous: string },
  settings: object = PREDICT,
) {
  const service = makeService({ model });
  const template: Template = Object.assign(service.service.provider.compiledCloudFormationTemplate, {
    Resources: resources,
  });
  const naming = {
    getStackName: () => "serin-prod",
    getLambdaLogicalId: (name: string) => `${capitalized(name)}LambdaFunction`,
    getRoleLogicalId: () => "IamRoleLambdaExecution",
    normalizeNameToAlphaNumericOnly: (name: string) => name.replace(/\W/g, ""),
  };
  const functions = { getAllFunctions: () => ["predict"], getFunction: () => settings };
  const provider = { ...service.getProvider("aws"), naming };
  const serverless = { ...service, service: { ...service.service, ...functions }, getProvider: () => provider };
  new CanaryPlugin(serverless, {}).addCanaryDeploymentResources();
  return template.Resources;
}

describe("the canary plugin", () => {
  it("points the integration at the alias and keeps the JWT authorizer, which has no function", () => {
    const resources = run(compiled(), { version: "aaaaaaaaaaaa", previous: "none" });
    expect(JSON.stringify(resources["Integration"])).toContain("PredictLambdaFunctionAliaslive");
    expect(resources["Jwt"]).toEqual(compiled()["Jwt"]);
  });

  it("lets the alarms watch the version that is published, and the group only while there is something to compare", () => {
    const resources = run(compiled(), { version: "aaaaaaaaaaaa", previous: "none" });
    expect(resources["CanaryErrorsAlarm"]?.Properties["Version"]).toEqual({
      "Fn::GetAtt": ["PredictLambdaVersionAbc", "Version"],
    });
    expect(resources["PredictLambdaFunctionDeploymentGroup"]?.Properties).toMatchObject({
      AlarmConfiguration: { Enabled: { "Fn::If": ["Compared", true, false] } },
      DeploymentConfigName: {
        "Fn::If": ["Canary", expect.stringContaining("Canary10Percent15Minutes"), expect.anything()],
      },
    });
  });

  it("makes an endpoint for each model version there is", () => {
    const only = run(compiled(), { version: "aaaaaaaaaaaa", previous: "none" });
    expect(Object.keys(only)).toContain("Endpointaaaaaaaaaaaa");
    expect(Object.keys(only)).not.toContain("Endpointnone");
    const both = run(compiled(), { version: "aaaaaaaaaaaa", previous: "bbbbbbbbbbbb" });
    expect(Object.keys(both)).toEqual(expect.arrayContaining(["Endpointaaaaaaaaaaaa", "Endpointbbbbbbbbbbbb"]));
  });

  it("says what is missing where osls publishes no version, or nothing is to be shifted", () => {
    const unpublished = Object.fromEntries(
      Object.entries(compiled()).filter(([, { Type }]) => Type !== "AWS::Lambda::Version"),
    );
    const model = { version: "aaaaaaaaaaaa", previous: "none" };
    expect(() => run(unpublished, model)).toThrow("must let osls publish versions of predict");
    expect(() => run(compiled(), model, {})).toThrow("made no DeploymentApplication");
  });
});
