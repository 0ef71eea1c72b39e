// Packages the service for a stage as `sls package` does, without AWS credentials, and reads what came out.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createWorkspace, SLS } from "./local/workspace";

/** A resource of a compiled CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  /** Why it has each of its rights, by Sid (deploy/permissions). */
  readonly Metadata?: { readonly Reasons?: Readonly<Record<string, string>> };
  readonly UpdatePolicy?: unknown;
}

export interface Template {
  readonly Parameters: Readonly<
    Record<string, { readonly Default: string; readonly AllowedValues?: readonly string[] }>
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface PackagedService {
  readonly template: Template;
  /** The folder with what would be uploaded. */
  readonly directory: string;
  remove(): void;
}

/** @param args - Further arguments, such as `--param=hosting=realtime`. */
export function packageService(stage: string, ...args: readonly string[]): PackagedService {
  const workspace = mkdtempSync(path.join(tmpdir(), "serin-package-"));
  createWorkspace(workspace);
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  execFileSync(process.execPath, [SLS, "package", "--stage", stage, ...args], {
    cwd: workspace,
    env: { ...Object.fromEntries(environment), AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
    stdio: "pipe",
  });
  const directory = path.join(workspace, ".serverless");
  const template: unknown = JSON.parse(
    readFileSync(path.join(directory, "cloudformation-template-update-stack.json"), "utf8"),
  );
  if (!isTemplate(template)) throw new Error("osls compiled no CloudFormation template");
  return { template, directory, remove: () => rmSync(workspace, { recursive: true, force: true }) };
}

function isTemplate(value: unknown): value is Template {
  return typeof value === "object" && value !== null && "Resources" in value && "Outputs" in value;
}
