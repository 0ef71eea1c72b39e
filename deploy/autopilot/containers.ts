// The containers of Autopilot's best candidate, set to answer with the probability of every label.
import type { AutoMLCandidate, AutoMLContainerDefinition } from "@aws-sdk/client-sagemaker";
import { UserError } from "../local/user-error";
import type { Container } from "./model-metadata";

/** In the order in which a container writes them (src/model-client/format.ts reads them by name). */
const KEYS = ["predicted_label", "probability", "probabilities", "labels"] as const;

const NEEDED = ["predicted_label", "probabilities", "labels"] as const;

/**
 * The containers for instances without a GPU, where there is a choice. Each is told to write those of the keys that it says it can,
 * and what the one before it writes
 * (docs.aws.amazon.com/sagemaker/latest/dg/autopilot-automate-model-development-container-output.html).
 * @throws UserError when the candidate has none, or its last one says that it cannot write what an answer needs.
 */
export function answeringContainers({
  InferenceContainers = [],
  InferenceContainerDefinitions = {},
}: AutoMLCandidate): readonly Container[] {
  const definitions = InferenceContainerDefinitions.CPU ?? InferenceContainers;
  const last = definitions.at(-1);
  if (last === undefined) throw new UserError("Autopilot's best candidate has no containers to deploy.");
  checkAnswers(last);
  let before = "";
  return definitions.map((definition, index) => {
    const output = outputOf(definition, index === definitions.length - 1);
    const own = { ...definition.Environment, ...variables(before, output) };
    before = output;
    return { image: definition.Image ?? "", modelDataUrl: definition.ModelDataUrl ?? "", environment: own };
  });
}

function checkAnswers(last: AutoMLContainerDefinition): void {
  const supported = supportedBy(last);
  const missing = NEEDED.filter((key) => supported?.includes(key) === false);
  if (missing.length === 0) return;
  throw new UserError(
    `The model's container can only answer with ${supported?.join(", ") ?? ""}, and the API needs ${missing.join(" and ")} too: it cannot be served.`,
  );
}

/** A container that does not say what it can is told all the same when it is the last: the qualification sees what it answers. */
function outputOf(definition: AutoMLContainerDefinition, isLast: boolean): string {
  const supported = supportedBy(definition);
  if (supported === undefined) return isLast ? KEYS.join(",") : "";
  return KEYS.filter((key) => supported.includes(key)).join(",");
}

const supportedBy = ({ Environment = {} }: AutoMLContainerDefinition): readonly string[] | undefined =>
  Environment["SAGEMAKER_INFERENCE_SUPPORTED"]?.split(",").map((key) => key.trim());

function variables(input: string, output: string): Readonly<Record<string, string>> {
  return {
    ...(input === "" || output === "" ? {} : { SAGEMAKER_INFERENCE_INPUT: input }),
    ...(output === "" ? {} : { SAGEMAKER_INFERENCE_OUTPUT: output }),
  };
}
