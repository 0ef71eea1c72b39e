// Brings the traffic back to a version that was live before, by the quickest way that the stage's state allows.
import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import { isMissing } from "./aws-error";
import { type Deployment, listDeployments } from "./deployments";
import type { Interruption } from "./interruption";
import { readRegistry } from "./models";
import { type ByHand, readRecords, recordOrWarn, whoAmI } from "./records";
import { redeploy } from "./redeploy";
import { confirm } from "./release-command";
import { chooseTarget, type Wanted } from "./rollback-target";
import { checkUpdatable, isSettling, readStack, type Stack, settledStack } from "./stack";
import { ALIAS, type Stage } from "./stage";
import { stopRelease } from "./stop-release";
import { answersWith, findVersion, type Live, listVersions, readLive, type Version } from "./versions";

/** As many of the newest deployments are looked at; each costs one call. */
const HISTORY = 50;

export interface RollbackRequest {
  readonly wanted: Wanted;
  readonly why: string;
  /** Whether to ask before anything is changed. */
  readonly ask: boolean;
}

/** What a rollback would do. */
interface Plan {
  readonly from: string;
  readonly to: string;
  readonly question: string;
  readonly carryOut: () => Promise<void>;
}

/** @returns The exit code. @throws UserError, before anything is changed, that says why there is no way back. */
export async function rollBack(stage: Stage, request: RollbackRequest, interruption: Interruption): Promise<number> {
  const startedAt = performance.now();
  const stack = await settled(stage, interruption);
  const plan = await planRollback(stage, stack, request.wanted, interruption);
  if (typeof plan === "string") return say(plan);
  if (request.ask && !(await confirm(plan.question, interruption.signal))) return say("Nothing was changed.", 1);
  await recorded(stage, stack, plan, request.why, interruption);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return say(
    `Version ${plan.to} has all traffic again, ${seconds} s after the start.\nThe next \`${stage.deployCommand}\` releases what is in the working tree then: mend it first.`,
  );
}

function say(text: string, code = 0): number {
  console.log(text);
  return code;
}

/** The stack; what it is about to leave by itself is waited for. */
async function settled(stage: Stage, { signal }: Interruption): Promise<Stack> {
  const stack = await readStack(stage);
  if (!isSettling(stack)) return stack;
  console.log(`Stack ${stack.name} is ${stack.status}; waiting until it has ended.`);
  return settledStack(stage, signal);
}

/** @returns The plan, or in words why there is nothing to do. */
async function planRollback(
  stage: Stage,
  stack: Stack,
  wanted: Wanted,
  interruption: Interruption,
): Promise<Plan | string> {
  const [deployments, live] = await Promise.all([listDeployments(stage, HISTORY), readLive(stage)]);
  const [newest] = deployments;
  const running = deployments.find(({ outcome }) => outcome === "running");
  if (running) {
    if (!(await isUndoing(stage, running, wanted))) throw notByStopping(stage, running, wanted);
    return planStop(stage, running, interruption);
  }
  checkUpdatable(stack, stage);
  checkAlias(stage, stack, live);
  const isBack = newest && isRolledBackRelease(newest) && newest.from === live.version;
  if (isBack && typeof wanted === "string" && (await isUndoing(stage, newest, wanted)))
    return `Done already: the last release (version ${newest.to}) was rolled back at ${newest.startedAt.toISOString()}, and version ${live.version} has all traffic.\n${furtherBack(stage)}`;
  return planRedeploy(stage, stack, live, deployments, wanted, interruption);
}

/** A release goes to a later version; what went to an earlier one was an attempt to roll back. */
const isRolledBackRelease = ({ outcome, from, to }: Deployment): boolean =>
  outcome === "rolled back" && Number(to) > Number(from);

/** Whether what is wanted is the version before a release: stopping the release gives that one and no other. */
async function isUndoing(stage: Stage, { from, to }: Deployment, wanted: Wanted): Promise<boolean> {
  if (wanted === "before") return true;
  if (typeof wanted === "object") return wanted.version === from;
  const versions = await listVersions(stage);
  const released = versions.get(to);
  if (released === undefined) return true; // it is gone, and with it what to compare: not to go further back is the safe side
  return (released.model === versions.get(from)?.model) === (wanted === "code");
}

function notByStopping({ flags }: Stage, { from, to }: Deployment, wanted: Wanted): UserError {
  const option = typeof wanted === "object" ? `--to ${wanted.version}` : `--${wanted}`;
  return new UserError(
    `A release of version ${to} is under way, and to stop it sends all traffic to version ${from}, which is not what ${option} asks for. Nothing was changed. Run \`npm run rollback -- ${flags}\` first, which stops it, then again with ${option}.`,
  );
}

const furtherBack = ({ flags }: Stage) =>
  `To go further back, name a version: \`npm run rollback -- ${flags} --to VERSION\`; \`npm run releases -- ${flags}\` lists them.`;

function planStop(stage: Stage, release: Deployment, interruption: Interruption): Plan {
  return {
    from: release.to,
    to: release.from,
    question: `Stop the release of version ${release.to} in stage ${stage.name} and send all traffic to version ${release.from}?`,
    carryOut: () => stopRelease(stage, release, interruption),
  };
}

const NOT_SET = "none";

const deployedVersion = (stack: Stack): string => stack.output("PredictLambdaFunctionQualifiedArn").replace(/^.*:/, "");

/** CodeDeploy shifts nothing when the alias is not where the stack left it. @throws UserError that says how to put it back. */
function checkAlias(stage: Stage, stack: Stack, live: Live): void {
  const expected = stack.output("LiveVersion");
  if (answersWith(live, expected)) return;
  throw new UserError(
    `Alias ${ALIAS} was moved by hand: it answers with version ${live.version}${live.canary ? ` and ${live.canary.version}` : ""}, the stack left it at ${expected}, and CodeDeploy shifts no alias that is not where the stack left it. If version ${live.version} is good, keep it for now; before the next deployment or rollback put the alias back: \`aws lambda update-alias --function-name ${stage.functionName} --name ${ALIAS} --function-version ${expected} --routing-config 'AdditionalVersionWeights={}' --region ${stage.region}\`.`,
  );
}

async function planRedeploy(
  stage: Stage,
  stack: Stack,
  live: Live,
  deployments: readonly Deployment[],
  wanted: Wanted,
  interruption: Interruption,
): Promise<Plan | string> {
  const [versions, { byHand }, { previous }] = await Promise.all([
    listVersions(stage),
    readRecords(stage),
    readRegistry(stage),
  ]);
  const to = chooseTarget(wanted, { deployed: deployedVersion(stack), deployments, byHand, versions });
  if (to === live.version) return `Done already: version ${to} has all traffic.\n${furtherBack(stage)}`;
  const target = await checkedTarget(stage, to);
  const liveModel = versions.get(live.version)?.model ?? NOT_SET;
  const previousModel = liveModel === target.model ? (previous ?? NOT_SET) : liveModel;
  return {
    from: live.version,
    to,
    question: `Send all traffic of stage ${stage.name} from version ${live.version} (model ${liveModel}) back to version ${to} (model ${target.model})?${wanted === "model" ? " Its code goes back too." : ""}`,
    carryOut: () => redeploy(stage, stack, target, previousModel, interruption),
  };
}

/** @throws UserError when the version or its endpoint is gone. */
async function checkedTarget(stage: Stage, version: string): Promise<Version> {
  const target = await findVersion(stage, version);
  if (target === undefined)
    throw new UserError(
      `Version ${version} of ${stage.functionName} no longer exists. Name another: \`npm run rollback -- ${stage.flags} --to VERSION\`; \`npm run releases -- ${stage.flags}\` lists them.`,
    );
  const status = await endpointStatus(stage, target);
  if (status === "InService") return target;
  throw new UserError(
    `Version ${version} answers by endpoint ${target.endpoint}, which ${status === undefined ? "no longer exists" : `is ${status}`}. \`npm run model:promote -- ${target.model} ${stage.flags} --without-governance "it was live before"\` makes an endpoint for its model again; a version of the live model needs none: \`npm run rollback -- ${stage.flags} --code\`.`,
  );
}

async function endpointStatus({ aws }: Stage, { endpoint }: Version): Promise<string | undefined> {
  try {
    return (await aws.sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpoint }))).EndpointStatus;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Carries the plan out between two records. A record that cannot be written does not hold the traffic up. */
async function recorded(stage: Stage, stack: Stack, plan: Plan, why: string, { signal }: Interruption): Promise<void> {
  const { from, to } = plan;
  const who = await whoAmI(stage).catch(() => "unknown");
  const started: ByHand = { kind: "rollback", who, why, when: new Date().toISOString(), from, to, outcome: "started" };
  await recordOrWarn(stage, stack, started);
  try {
    await plan.carryOut();
  } catch (error) {
    if (!signal.aborted) await recordOrWarn(stage, stack, { ...started, outcome: "failed" }); // else it goes on without us
    throw error;
  }
  await recordOrWarn(stage, stack, { ...started, outcome: "done" });
}
