// Serverless plugin: shows how far a deployment is, as a line that changes at a terminal and as lines that follow each other in a log.
import { setTimeout } from "node:timers/promises";
import type { Serverless, Toolkit } from "./osls";
import { StackProgress, type Step } from "./stack-progress";

/** Between two lines of a log while nothing new begins. */
const LOG_PAUSE_MS = 30_000;
/** Between two looks, unless osls is told another time; CloudFormation throttles who looks more often. */
const LOOK_PAUSE_MS = 5_000;

export class ProgressPlugin {
  readonly hooks = {
    "before:package:initialize": () => this.say("Packaging"),
    "after:aws:deploy:deploy:checkForChanges": () => this.say("Uploading code and model"),
    "before:aws:deploy:deploy:updateStack": () => this.start(),
    "after:aws:deploy:deploy:updateStack": () => this.stop(),
    error: () => this.stop(),
  };

  private readonly ended = new AbortController();
  private logged = { phase: "", at: 0, text: "" };

  constructor(
    private readonly serverless: Serverless,
    _options: unknown,
    private readonly toolkit: Toolkit,
  ) {}

  private async start(): Promise<void> {
    if (this.serverless.service.provider.shouldNotDeploy) return;
    const provider = this.serverless.getProvider("aws");
    const { Resources } = this.serverless.service.provider.compiledCloudFormationTemplate;
    const progress = new StackProgress({
      stackName: provider.naming.getStackName(),
      aws: { ...(await provider.getAwsSdkV3Config()), region: provider.getRegion() },
      expected: Object.values(Resources).filter(({ Condition }) => Condition === undefined).length,
    });
    void this.follow(progress);
  }

  private async follow(progress: StackProgress): Promise<void> {
    const { signal } = this.ended;
    const pause = Number(process.env["SLS_AWS_MONITORING_FREQUENCY"] ?? LOOK_PAUSE_MS);
    while (!signal.aborted) {
      const step = await progress.look().catch(() => undefined); // throttled, for instance: that must not fail the deployment
      if (step) this.show(step);
      await setTimeout(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private stop(): void {
    this.ended.abort();
    this.toolkit.progress.get("stack").remove();
  }

  private show({ phase, text }: Step): void {
    if (this.ended.signal.aborted) return;
    this.toolkit.progress.get("stack").notice(text);
    const isNew = phase !== this.logged.phase || Date.now() - this.logged.at >= LOG_PAUSE_MS;
    if (!isNew || text === this.logged.text) return;
    this.logged = { phase, at: Date.now(), text };
    this.say(text);
  }

  /** osls shows no progress where there is no terminal. */
  private say(text: string): void {
    if (this.serverless.service.provider.shouldNotDeploy || !this.is("deploy") || isInteractive()) return;
    this.toolkit.log.notice(text);
  }

  private is(command: string): boolean {
    return this.serverless.processedInput.commands.join(" ") === command;
  }
}

/** As osls decides it. */
function isInteractive(): boolean {
  const isCi = process.env["CI"] !== undefined && process.env["CI"] !== "" && process.env["CI"] !== "false";
  return process.stdin.isTTY && process.stdout.isTTY && !isCi;
}
