// Brings up a local target of its own and plays releases on it: real deployments, real load, faults from outside.
import { setTimeout } from "node:timers/promises";
import { SSMClient } from "@aws-sdk/client-ssm";
import goldenSet from "../../../src/release/golden-set.json";
import { clientConfig } from "../aws";
import type { DeploymentEvent } from "../codedeploy/events";
import { LocalTarget } from "../local-target";
import { freePort } from "../ports";
import type { State } from "../state";
import { UserError } from "../user-error";
import { FaultProxy } from "./fault-proxy";
import { Load, Users } from "./load";
import { renewModel } from "./new-version";
import { type Pace, paceFor } from "./pace";
import { readQualification } from "./qualification";
import { QUIET_PER_SECOND } from "./result";
import { SCENARIOS, type ScenarioName } from "./scenarios";
import { type Mark, Scene } from "./scene";
import { signInPeople } from "./users";

/** Enough that nobody comes near the limit of 100 requests a minute. */
const PEOPLE = 80;
/** Requests a second while there is nothing to compare yet: deploying and qualifying need the machine. */
const BACKGROUND_PER_SECOND = 2;
const CAPACITY = { connections: 16, ms: 8_000 } as const;
const RELEASES = "/serin/local/releases";
/** How long the load goes on after a release: what the shift may have lost would show here. */
const AFTERMATH_MS = 2_000;
/** Short ones: a long text's answer would take a laptop longer than the network. */
const TEXTS = Object.values(goldenSet)
  .flat()
  .filter((text) => text.length <= 40);

export interface RehearsalOptions {
  readonly state: State;
  /** Called with each step of bringing it up. */
  readonly onStep: (step: string) => void;
}

/** A stage on which releases are rehearsed one after the other, each on what the one before left. */
export class Rehearsal {
  /** Settles with one clear sentence when a part of the local target fails. */
  readonly failed: Promise<string>;
  private readonly local: LocalTarget;
  private pace: Pace = { requestsPerSecond: 1, timeScale: 60 };
  private awsUrl = "";
  private users: Users | undefined;
  private scene: Scene | undefined;
  private load: Load | undefined;
  private onEvent: (event: DeploymentEvent) => void = () => undefined;

  private constructor(
    private readonly options: RehearsalOptions,
    private readonly proxy: FaultProxy,
    port: number,
  ) {
    this.local = new LocalTarget(options.state, port, {
      timeScale: () => this.pace.timeScale,
      copied: ["model"],
      sageMakerRuntimeUrl: proxy.url,
      onDeployment: (event) => this.onEvent(event),
      onMetric: (datum) => this.scene?.addMetric(datum),
    });
    this.failed = this.local.failed;
  }

  static async create(options: RehearsalOptions): Promise<Rehearsal> {
    const proxy: FaultProxy = await FaultProxy.start({ upstream: () => rehearsal.awsUrl });
    const rehearsal = new Rehearsal(options, proxy, await freePort());
    return rehearsal;
  }

  /** Deploys the stable version and signs people in. */
  async prepare(): Promise<void> {
    const { onStep } = this.options;
    onStep("starting an AWS of its own");
    this.awsUrl = await this.local.startEmulator();
    onStep("deploying the stable version");
    await this.local.deploy(this.awsUrl, () => undefined);
    const target = await this.local.open(this.awsUrl);
    onStep(`signing in ${PEOPLE} people`);
    this.users = new Users({ apiUrl: target.apiUrl, tokens: await signInPeople(target, PEOPLE), texts: TEXTS });
  }

  /** Finds out what this machine holds right now, which also warms the stable version's sandboxes. */
  async measure(name: ScenarioName): Promise<Pace> {
    const { users } = this;
    if (!users) throw new Error("prepare() comes first");
    const capacity = await users.capacity(CAPACITY.connections, CAPACITY.ms);
    this.pace = paceFor(capacity, SCENARIOS[name].expected);
    return this.pace;
  }

  /**
   * Plays one release.
   * @param onScene - Called once, with the scene that is about to happen.
   * @throws UserError when it neither is promoted nor rolls back.
   */
  async play(name: ScenarioName, onMark: (mark: Mark) => void, onScene: (scene: Scene) => void): Promise<Scene> {
    const { users } = this;
    if (!users) throw new Error("prepare() comes first");
    const scene = new Scene(name, this.pace, Date.now(), onMark);
    this.scene = scene;
    onScene(scene);
    const send = () => users.send(name);
    this.load = new Load(send, SCENARIOS[name].isQuiet ? QUIET_PER_SECOND : BACKGROUND_PER_SECOND, (request) =>
      scene.addRequest(request, this.proxy.hasFailed(request.id)),
    );
    try {
      await this.release(scene);
    } finally {
      await this.load.stop();
      this.scene = undefined;
    }
    return scene;
  }

  /** Ends everything; safe to call at any time. */
  async stop(): Promise<void> {
    this.load?.cancel();
    await this.local.stop();
    await this.proxy.stop();
    this.users?.close();
  }

  private async release(scene: Scene): Promise<void> {
    const modelVersion = renewModel(this.local.workspace);
    const endpoint = `serin-local-${modelVersion}`;
    const { faultFromStart } = SCENARIOS[scene.name];
    if (faultFromStart) this.proxy.inject(endpoint, faultFromStart);
    const aftermath = this.follow(scene, endpoint);
    scene.mark("step", `sls deploy of another version: model ${modelVersion}`);
    const failure = await this.local
      .deploy(this.awsUrl, () => undefined, { modelVersion })
      .then(
        () => new UserError("sls deploy made no release of the new version."),
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
    await aftermath();
    if (scene.ended === undefined) throw failure;
  }

  /** Lets the scene see what happens, and load and fault follow it. @returns What waits for the aftermath to be over. */
  private follow(scene: Scene, endpoint: string): () => Promise<void> {
    const ssm = new SSMClient(clientConfig(this.awsUrl));
    let told: Promise<void> = Promise.resolve();
    const tell = async (event: DeploymentEvent) => {
      scene.addEvent(event);
      if (event.kind === "hook" && event.status !== "InProgress") {
        scene.addQualification(await readQualification(ssm, RELEASES, event.deploymentId));
      } else if (event.kind === "shifted" && event.canaryWeight > 0 && event.canaryWeight < 1) {
        this.beginCanary(scene, endpoint);
      } else if (event.kind === "ended") await setTimeout(AFTERMATH_MS);
    };
    this.onEvent = (event) => {
      told = told.then(() => tell(event)); // one after the other: the hook's findings before what follows from them
      told.catch(() => undefined); // reported to whoever awaits the aftermath
    };
    return () => told;
  }

  private beginCanary(scene: Scene, endpoint: string): void {
    const { isQuiet, faultAfterHook, about } = SCENARIOS[scene.name];
    if (this.load && !isQuiet) this.load.perSecond = this.pace.requestsPerSecond;
    if (!faultAfterHook) return;
    this.proxy.inject(endpoint, faultAfterHook);
    scene.mark("fault", `the new version ${about}`);
  }
}
