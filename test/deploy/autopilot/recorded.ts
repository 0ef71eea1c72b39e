// AWS's answers of the folder beside this file, as the SDK would return them.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { DescribeAutoMLJobV2CommandOutput } from "@aws-sdk/client-sagemaker";

/** @param sha256 - Of the data that the job was started with. */
export function recordedJob(name: string, sha256: string): DescribeAutoMLJobV2CommandOutput {
  return JSON.parse(recorded(name).replace("SHA256", sha256), (_, value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value,
  );
}

export const recorded = (name: string): string =>
  readFileSync(path.join(__dirname, "recorded", `${name}.json`), "utf8");
