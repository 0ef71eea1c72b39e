// In which region a stage is sought that is named without one, and when a line that we print must name it.
import { REGION } from "./local/aws";

/** Without `--region`: the shell's, as the `aws` command does it, and as serverless.yml says for `sls deploy`. */
export const defaultRegion = (): string => process.env["AWS_REGION"] || REGION;

/** What a command about a stage ends with, so that a line which we print works when pasted, also into a shell without AWS_REGION. */
export function stageFlags(stage: string, region: string): string {
  const goesWithoutSaying = region === REGION && defaultRegion() === REGION;
  return `--stage ${stage}${goesWithoutSaying ? "" : ` --region ${region}`}`;
}
