// Governance of a promotion: the model that is to be released is compared with the active one, unless a person says why not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stateOf } from "../local/state";
import { UserError } from "../local/user-error";
import type { Interruption } from "../release/interruption";
import type { Model, Registry } from "../release/models";
import { checkReason } from "../release/recorded-release";
import type { Stage } from "../release/stage";
import { ROOT } from "../root";
import { fingerprint } from "./fingerprint";
import { refusalText } from "./gate";
import { isEndpoint, type ModelPlace, registeredModel } from "./model-place";
import { makeReport } from "./report";
import { placeText, verdictText } from "./verdict";

/** What a person takes on themselves, and why. */
export interface Consent {
  /** Why a model is released that treats groups worse. */
  readonly allowWorse?: string;
  /** Why it is not looked at. */
  readonly withoutGovernance?: string;
}

/** @throws UserError when a reason says too little. */
export function checkConsent({ allowWorse, withoutGovernance }: Consent): void {
  if (allowWorse !== undefined) checkReason("--allow-worse", allowWorse, "why a worse model is wanted");
  if (withoutGovernance !== undefined)
    checkReason("--without-governance", withoutGovernance, "why governance cannot be waited for");
}

export interface Finding {
  /** For the person who releases. */
  readonly text: string;
  /** What has to be recorded of the release: why it passes although governance did not let it. */
  readonly onRecord?: string;
}

/**
 * Looks at a registered model beside the active one.
 * @throws UserError when it treats groups worse or could not be checked, and no reason is given.
 */
export async function checkModel(
  stage: Stage,
  registry: Registry,
  model: Model,
  consent: Consent,
  interruption: Interruption,
): Promise<Finding> {
  const { withoutGovernance } = consent;
  if (withoutGovernance !== undefined)
    return { text: "Governance: not looked at.", onRecord: `without governance: ${withoutGovernance.trim()}` };
  if (registry.active === undefined) return { text: "Governance: there is no active model to compare with." };
  const active = registry.models.get(registry.active) ?? unregistered(stage, registry.active);
  const scratch = mkdtempSync(path.join(tmpdir(), "serin-governance-"));
  try {
    const models = await placesOf(stage, { model, baseline: active }, scratch);
    if (await areAlike(models)) return { text: ALIKE };
    return await compare(stage, models, scratch, consent, interruption);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const ALIKE = "Governance: both models have the same weights, tokenizer and code, so they treat everybody alike.";

interface Pair<T> {
  readonly model: T;
  readonly baseline: T;
}

async function placesOf(stage: Stage, { model, baseline }: Pair<Model>, folder: string): Promise<Pair<ModelPlace>> {
  const placeOf = async (wanted: Model) => (await registeredModel(stage, wanted, folder)) ?? unchecked(wanted);
  return { model: await placeOf(model), baseline: await placeOf(baseline) };
}

const WITHOUT = 'To release without it, say why: --without-governance "REASON".';

function unregistered({ parameters, flags }: Stage, version: string): never {
  throw new UserError(
    `Governance cannot be checked: model ${version} is active, but parameter ${parameters}/models/versions/${version}/metadata, which says what it is, is missing. Deploy the commit that holds the model, which writes it anew; of a model of Autopilot's, \`npm run model:autopilot -- --name JOB ${flags}\` does. ${WITHOUT}`,
  );
}

function unchecked({ version }: Model): never {
  throw new UserError(
    `Governance cannot be checked: only SageMaker can run Autopilot's containers, and model ${version} has no endpoint. ${WITHOUT}`,
  );
}

async function areAlike({ model, baseline }: Pair<ModelPlace>): Promise<boolean> {
  if (isEndpoint(model) || isEndpoint(baseline)) return false;
  return (await fingerprint(model.place)) === (await fingerprint(baseline.place));
}

async function compare(
  stage: Stage,
  models: Pair<ModelPlace>,
  scratch: string,
  { allowWorse }: Consent,
  interruption: Interruption,
): Promise<Finding> {
  const out = path.join(stateOf().directory, "promotions", `${stage.name}-${models.model.version}`);
  const standard = { data: undefined, config: undefined, history: undefined };
  const summary = await makeReport(ROOT, { ...models, ...standard, out, scratch }, interruption);
  const report = placeText(out);
  const text = `${verdictText(summary)}\n${report}`;
  if (summary.verdict !== "worse") return { text };
  if (allowWorse === undefined) throw new UserError(`${refusalText(summary)}\n${report}`);
  return { text, onRecord: `worse, allowed: ${allowWorse.trim()}` };
}
