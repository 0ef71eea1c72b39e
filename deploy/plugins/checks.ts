// Serverless plugin: what must be right before a deployment makes anything: the stage's name, its parameters, account and region.
import { SSMClient } from "@aws-sdk/client-ssm";
import { wrongWithStageName } from "../stage-name";
import { checkAccount, checkHome } from "./account";
import { readLastParameters } from "./last-parameters";
import { DeployError, type Serverless, type Toolkit } from "./osls";
import {
  checkForAws,
  checkParameters,
  givenParameters,
  lastingParameters,
  type Parameters,
  parametersOf,
} from "./stage-parameters";

/**
 * Gives serverless.yml the variable `${given:parameters}`: the parameters that the user gave and that later deployments of this stage
 * are to have, as JSON (deploy/release.yml keeps them).
 */
export class ChecksPlugin {
  readonly configurationVariablesSources = {
    given: { resolve: () => Promise.resolve({ value: JSON.stringify(lastingParameters(this.given)) }) },
  };

  readonly hooks = {
    initialize: () => this.checkPlace(),
    "before:aws:deploy:deploy:createStack": () => this.compareWithLast(),
  };

  constructor(
    private readonly serverless: Serverless,
    _options: unknown,
    private readonly toolkit: Toolkit,
  ) {
    // Not in a hook: before those, osls fills in the parameters, and of a wrong one it would say where it is used, not what is wrong.
    if (!this.is("deploy") && !this.is("package")) return;
    const wrong = wrongWithStageName(this.stage);
    if (wrong !== undefined) throw new DeployError(wrong);
    const { params } = serverless.configurationInput;
    const values = parametersOf(serverless, this.stage);
    checkParameters(values, Object.keys({ ...params["default"], ...params[this.stage] }));
    if (process.env["AWS_ENDPOINT_URL"] === undefined) checkForAws(values); // else an emulator's, as deploy/local/aws.ts sets it
  }

  private checkRegion(): void {
    const region = this.serverless.getProvider("aws").getRegion();
    const regions = Object.keys(this.serverless.service.resources.Mappings["SageMakerRegistry"] ?? {});
    if (regions.includes(region)) return;
    throw new DeployError(
      `Region ${region} has no SageMaker image for the model that is known here (deploy/endpoint.yml). ` +
        `Choose one with --region: ${regions.join(", ")}`,
    );
  }

  private async checkPlace(): Promise<void> {
    if (this.is("deploy") || this.is("package")) this.checkRegion();
    if (!this.is("deploy")) return;
    const provider = this.serverless.getProvider("aws");
    const aws = { ...(await provider.getAwsSdkV3Config()), region: provider.getRegion() };
    await checkAccount(aws, parametersOf(this.serverless, this.stage)["account"] ?? "");
    await checkHome(aws, this.stage);
  }

  /** A parameter that is not given again gets its default again, which nobody should find out from a missing alarm. */
  private async compareWithLast(): Promise<void> {
    const ssm = new SSMClient(await this.serverless.getProvider("aws").getAwsSdkV3Config());
    const last = await readLastParameters(ssm, this.stage);
    const dropped = Object.entries(last).filter(([name]) => this.given[name] === undefined);
    if (dropped.length === 0) return;
    const params = dropped.map(([name, value]) => `--param="${name}=${value}"`).join(" ");
    this.toolkit.log.warning(`The last deployment was given parameters that now get their default again: ${params}`);
  }

  private is(command: string): boolean {
    return this.serverless.processedInput.commands.join(" ") === command;
  }

  private get given(): Parameters {
    return givenParameters(this.serverless.processedInput.options?.param);
  }

  private get stage(): string {
    return this.serverless.getProvider("aws").getStage();
  }
}
