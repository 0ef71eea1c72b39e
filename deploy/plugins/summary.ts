// Serverless plugin: how a deployment ends: where the API is, how it is called and what to do next; or why it failed, and what is live now.
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { explainFailure } from "./failed-deployment";
import { nextSteps } from "./next-steps";
import type { Serverless, Toolkit } from "./osls";
import { parametersOf } from "./stage-parameters";

export class SummaryPlugin {
  readonly hooks = {
    "before:aws:deploy:deploy:updateStack": () => this.begin(),
    "after:aws:deploy:deploy:updateStack": () => this.end(),
    "after:deploy:deploy": () => this.summarize(),
    error: (error: unknown) => this.explain(error),
  };

  private isUnderWay = false;

  constructor(
    private readonly serverless: Serverless,
    _options: unknown,
    private readonly toolkit: Toolkit,
  ) {}

  private begin(): void {
    this.isUnderWay = !this.serverless.service.provider.shouldNotDeploy;
  }

  private end(): void {
    this.isUnderWay = false;
  }

  private async summarize(): Promise<void> {
    const { stackName, stage, region, aws } = await this.place();
    const { Stacks } = await new CloudFormationClient(aws).send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    const output = (name: string) => outputs.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    for (const [section, content] of nextSteps({
      stage,
      region,
      output,
      parameters: parametersOf(this.serverless, stage),
    }))
      this.serverless.addServiceOutputSection(section, content);
  }

  private async explain(error: unknown): Promise<void> {
    if (!this.isUnderWay) return;
    const progress = this.toolkit.progress.get("failure");
    progress.notice("Waiting until CloudFormation has put everything back");
    try {
      await explainFailure(error, await this.place());
    } finally {
      progress.remove();
    }
  }

  private async place() {
    const provider = this.serverless.getProvider("aws");
    const region = provider.getRegion();
    return {
      stackName: provider.naming.getStackName(),
      stage: provider.getStage(),
      region,
      aws: { ...(await provider.getAwsSdkV3Config()), region },
    };
  }
}
