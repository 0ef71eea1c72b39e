// Serverless plugin: begins a release from what is live, as stack parameters, and only when nothing else is under way.
import { type LiveRelease, readLiveRelease } from "./live-release";
import { DeployError, type Serverless, type StackParameter, type Toolkit } from "./osls";
import { removeRecords } from "./release-records";

/** Tells the stack which version is live before the deployment; see deploy/release.yml for the parameters. */
export class ReleasePlugin {
  readonly hooks = {
    "before:aws:deploy:deploy:createStack": () => this.look(),
    "after:aws:deploy:deploy:checkForChanges": () => this.deployWithdrawn(),
    "before:aws:deploy:deploy:updateStack": () => this.setParameters(),
    "before:rollback:initialize": () => this.refuseRollback(),
    "after:remove:remove": () => this.removeRecords(),
  };

  private live: LiveRelease | undefined;

  constructor(
    private readonly serverless: Serverless,
    _options: unknown,
    private readonly toolkit: Toolkit,
  ) {}

  private async look(): Promise<void> {
    const provider = this.serverless.getProvider("aws");
    const aws = await provider.getAwsSdkV3Config();
    this.live = await readLiveRelease({
      stage: provider.getStage(),
      stackName: provider.naming.getStackName(),
      aws: { ...aws, region: provider.getRegion() },
    });
  }

  /** osls compares with what it uploaded last, and would skip what was rolled back since. */
  private deployWithdrawn(): void {
    const { provider } = this.serverless.service;
    if (!provider.shouldNotDeploy || !this.live?.isWithdrawn) return;
    provider.shouldNotDeploy = false;
    this.toolkit.log.notice("Nothing has changed, but the last release was rolled back: releasing it again");
  }

  /** Not before now: osls makes a new stack from a template without parameters. */
  private setParameters(): void {
    const { provider, custom } = this.serverless.service;
    const parameters = {
      Release: custom.release,
      StableVersion: this.live?.version ?? "none",
      LiveVersion: "none",
      LiveModel: "none",
      LivePreviousModel: "none",
      ...notified(custom.notifications),
    };
    const own = Object.entries(parameters).map(
      ([ParameterKey, ParameterValue]): StackParameter => ({ ParameterKey, ParameterValue }),
    );
    provider.stackParameters = [...(provider.stackParameters ?? []), ...own];
  }

  private refuseRollback(): never {
    const stage = this.serverless.getProvider("aws").getStage();
    throw new DeployError(
      `\`sls rollback\` would release old code as something new. Roll back with \`npm run rollback -- --stage ${stage}\``,
    );
  }

  /** What releases recorded is no resource of the stack. */
  private async removeRecords(): Promise<void> {
    const provider = this.serverless.getProvider("aws");
    await removeRecords(await provider.getAwsSdkV3Config(), provider.getStage());
  }
}

/** NONE, the default of these parameters, has the form of an id, which cfn-lint wants of the default, too. */
function notified(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value === "" ? "NONE" : value]));
}
