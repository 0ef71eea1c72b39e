// Registers what an Autopilot job found as a model version of the stage.
import { createHash } from "node:crypto";
import type { AutoMLCandidate } from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import { AUTOPILOT, registerModel } from "../plugins/released-models";
import type { Stage } from "../release/stage";
import { answeringContainers } from "./containers";
import { type AutopilotModel, isAutopilotModel } from "./model-metadata";

const EVALUATION_SET = "autopilot/validation";

/** @throws UserError when the candidate cannot be served. */
export async function registerCandidate(
  stage: Stage,
  job: string,
  dataSha256: string,
  candidate: AutoMLCandidate,
): Promise<AutopilotModel> {
  const containers = answeringContainers(candidate);
  const model = {
    version: versionOf(dataSha256, containers),
    uploadedAt: new Date().toISOString(),
    source: "autopilot",
    metrics: { [EVALUATION_SET]: figuresOf(candidate) },
    job,
    dataSha256,
    containers,
  };
  if (!isAutopilotModel(model))
    throw new UserError(`Job ${job} describes containers that no endpoint can run: ${JSON.stringify(containers)}`);
  await registerModel(stage.aws.ssm, stage.name, model, false);
  return model;
}

/** Of the data and what serves the model, so that the same job always gives the same version. */
function versionOf(dataSha256: string, containers: unknown): string {
  const content = JSON.stringify([dataSha256, containers]);
  return AUTOPILOT + createHash("sha256").update(content).digest("hex").slice(0, 12);
}

/** Fractions, under the names that our own models' have. */
function figuresOf({ FinalAutoMLJobObjectiveMetric, CandidateProperties }: AutoMLCandidate) {
  const metrics = CandidateProperties?.CandidateMetrics ?? [];
  const macroF1 = metrics.find((metric) => metric.MetricName === "F1macro" && metric.Set === "Validation")?.Value;
  const accuracy = FinalAutoMLJobObjectiveMetric?.Value;
  return { ...(accuracy === undefined ? {} : { accuracy }), ...(macroF1 === undefined ? {} : { macro_f1: macroF1 }) };
}
