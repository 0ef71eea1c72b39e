// Serverless plugin: serverless-plugin-canary-deployments, mended for a JWT authorizer, with what a release needs beyond it.
import ServerlessCanaryDeployments from "serverless-plugin-canary-deployments";
import { hostAutopilot } from "./autopilot-hosting";
import { expandEachVersion } from "./each-version";
import { DeployError, type Resource, type Serverless, type Template } from "./osls";

const FUNCTION = "PredictLambdaFunction";
const ALIAS = `${FUNCTION}Aliaslive`;
const GROUP = `${FUNCTION}DeploymentGroup`;
const APPLICATION = "DeploymentApplication";

/** Stands in deploy/*.yml for the version that a deployment publishes, whose logical id has a hash that osls makes. */
const VERSION = /\bPredictLambdaVersion\b/g;

/**
 * What must be up to date before traffic shifts. The alarms are, too: the group refers to them, which depend on a condition, so that
 * nothing can name them in its DependsOn.
 */
const BEFORE_THE_SHIFT = [GROUP, "HookLambdaFunction", "QualifyLambdaFunction", "EndpointEachVersion"];

const when = (condition: string, then: unknown, otherwise: unknown) => ({ "Fn::If": [condition, then, otherwise] });
const NOTHING = { Ref: "AWS::NoValue" };

/**
 * Writes alias, CodeDeploy application and deployment group into the compiled template, depending on the stack's parameters
 * (deploy/release.yml), and fills in the versions that deploy/*.yml only has placeholders for.
 */
export class CanaryPlugin extends ServerlessCanaryDeployments<Serverless, Template> {
  override get codeDeployAppName(): string {
    return APPLICATION;
  }

  override addCanaryDeploymentResources(): void {
    super.addCanaryDeploymentResources();
    const { Resources } = this.compiledTpl;
    this.nameApplication(resource(Resources, APPLICATION));
    this.watchOnlyCanaries(resource(Resources, GROUP));
    this.shift(resource(Resources, ALIAS));
    this.fillInVersions();
  }

  /** The plugin reads AuthorizerUri of every authorizer; one that checks JWTs has none. */
  override getApiGatewayV2AuthorizersFor(functionName: string): object {
    const template = this.compiledTpl;
    const all = template.Resources;
    const isJwt = ({ Type, Properties }: Resource) =>
      Type === "AWS::ApiGatewayV2::Authorizer" && Properties["AuthorizerUri"] === undefined;
    try {
      template.Resources = Object.fromEntries(Object.entries(all).filter(([, candidate]) => !isJwt(candidate)));
      return super.getApiGatewayV2AuthorizersFor(functionName);
    } finally {
      template.Resources = all;
    }
  }

  private nameApplication({ Properties }: Resource): void {
    Properties["ApplicationName"] = this.serverless.getProvider("aws").naming.getStackName();
  }

  private watchOnlyCanaries({ Properties }: Resource): void {
    const alarms = new Map(members(Properties["AlarmConfiguration"])).get("Alarms");
    Properties["AlarmConfiguration"] = {
      Alarms: when("HasStable", alarms, NOTHING),
      Enabled: when("Compared", true, false),
    };
    Properties["DeploymentConfigName"] = when(
      "Canary",
      "CodeDeployDefault.LambdaCanary10Percent15Minutes",
      "CodeDeployDefault.LambdaAllAtOnce",
    );
  }

  private shift(alias: Resource): void {
    alias.Properties["FunctionVersion"] = when(
      "RolledBack",
      { Ref: "LiveVersion" },
      alias.Properties["FunctionVersion"],
    );
    const qualified = members(new Map(members(alias.UpdatePolicy)).get("CodeDeployLambdaAliasUpdate"));
    const unqualified = qualified.filter(([name]) => name !== "BeforeAllowTrafficHook");
    alias.UpdatePolicy = {
      CodeDeployLambdaAliasUpdate: when("Canary", Object.fromEntries(qualified), Object.fromEntries(unqualified)),
    };
    alias.DependsOn = BEFORE_THE_SHIFT;
  }

  private fillInVersions(): void {
    const template = this.compiledTpl;
    const published = this.getVersionNameFor(FUNCTION);
    if (published === undefined) throw new DeployError("serverless.yml must let osls publish versions of predict");
    const { version, previous, containers, autopilotInstanceType } = this.serverless.service.custom.model;
    const versions = [version, previous].filter((id) => id !== "none");
    const filled: unknown = JSON.parse(
      JSON.stringify(expandEachVersion(template, versions)).replaceAll(VERSION, published),
    );
    Object.assign(template, filled);
    for (const [id, own] of Object.entries(containers)) hostAutopilot(template, id, own, autopilotInstanceType);
  }
}

function resource(resources: Record<string, Resource>, logicalId: string): Resource {
  const found = resources[logicalId];
  if (found) return found;
  throw new Error(`serverless-plugin-canary-deployments made no ${logicalId}`);
}

function members(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
