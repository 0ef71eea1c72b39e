// What Autopilot's containers are told to answer with, on the containers that AWS's guide shows.
import type { AutoMLCandidate } from "@aws-sdk/client-sagemaker";
import { answeringContainers } from "../../../deploy/autopilot/containers";
import { recordedJob } from "./recorded";

function candidate(name: string): AutoMLCandidate {
  const { BestCandidate } = recordedJob(name, "");
  if (BestCandidate === undefined) throw new Error(`${name} has no candidate`);
  return BestCandidate;
}

const settings = (containers: ReturnType<typeof answeringContainers>) =>
  containers.map(({ environment }) => [
    environment["SAGEMAKER_INFERENCE_INPUT"],
    environment["SAGEMAKER_INFERENCE_OUTPUT"],
  ]);

describe("the containers of a candidate", () => {
  it("answer with everything that one of them says it can", () => {
    const containers = answeringContainers(candidate("completed"));
    expect(settings(containers)).toEqual([[undefined, "predicted_label,probability,probabilities,labels"]]);
    expect(containers[0]?.environment).toHaveProperty("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv");
  });

  it("hand on, as a pipeline, what the next one takes", () => {
    expect(settings(answeringContainers(candidate("completed-pipeline")))).toEqual([
      [undefined, undefined],
      [undefined, "predicted_label,probability,probabilities"],
      ["predicted_label,probability,probabilities", "predicted_label,probability,probabilities,labels"],
    ]);
  });

  it("are told to answer so, too, when they do not say what they can", () => {
    const { InferenceContainers = [], ...rest } = candidate("completed");
    const silent = InferenceContainers.map((container) => ({ ...container, Environment: {} }));
    expect(settings(answeringContainers({ ...rest, InferenceContainers: silent }))).toEqual([
      [undefined, "predicted_label,probability,probabilities,labels"],
    ]);
  });

  it("are those that need no GPU, where there is a choice", () => {
    const Image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/cpu:1";
    const ModelDataUrl = "s3://bucket/model.tar.gz";
    const InferenceContainerDefinitions = { CPU: [{ Image, ModelDataUrl }] };
    const containers = answeringContainers({ ...candidate("completed"), InferenceContainerDefinitions });
    expect(containers).toEqual([expect.objectContaining({ image: Image, modelDataUrl: ModelDataUrl })]);
  });

  it("are refused when they cannot give every label's probability", () => {
    const { InferenceContainers = [], ...rest } = candidate("completed-pipeline");
    const withoutLabels = { ...rest, InferenceContainers: InferenceContainers.slice(0, 2) };
    expect(() => answeringContainers(withoutLabels)).toThrow(
      "can only answer with predicted_label, probability, probabilities, and the API needs labels too",
    );
  });

  it("must be there", () => {
    for (const InferenceContainers of [[], undefined])
      expect(() => answeringContainers({ ...candidate("completed"), InferenceContainers })).toThrow("no containers");
  });
});
