// The part of serverless-plugin-canary-deployments 0.8.0, which has no types, that deploy/plugins/canary.ts extends.
declare module "serverless-plugin-canary-deployments" {
  export default class ServerlessCanaryDeployments<Serverless, Template> {
    constructor(serverless: Serverless, options: unknown);
    readonly serverless: Serverless;
    readonly hooks: Readonly<Record<string, () => unknown>>;
    /** The logical id of the CodeDeploy application. */
    get codeDeployAppName(): string;
    get compiledTpl(): Template;
    /** Adds the application, the deployment groups and the aliases, and turns permissions and integrations to the aliases. */
    addCanaryDeploymentResources(): void;
    /** The authorizers that a function is, by logical id; fails where one is no function. */
    getApiGatewayV2AuthorizersFor(functionName: string): object;
    /** The logical id of the version that is published of a function. */
    getVersionNameFor(functionName: string): string | undefined;
  }
}
