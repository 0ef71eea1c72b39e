// The part of osls that our plugins use.
import type { CloudFormationClientConfig } from "@aws-sdk/client-cloudformation";
import { UserError } from "../local/user-error";
import type { AutopilotContainers } from "./autopilot-models";

/** A resource of the CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  DependsOn?: string | readonly string[];
  UpdatePolicy?: unknown;
  readonly Metadata?: unknown;
  readonly Properties: Record<string, unknown>;
}

/** The CloudFormation template that osls compiles; plugins change it in place. */
export interface Template {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

/** A parameter of the stack, as CloudFormation takes it. */
export interface StackParameter {
  readonly ParameterKey: string;
  readonly ParameterValue: string;
}

export interface Provider {
  getStage(): string;
  getRegion(): string;
  getServerlessDeploymentBucketName(): Promise<string>;
  /** Options for any client of the AWS SDK. */
  getAwsSdkV3Config(): Promise<Pick<CloudFormationClientConfig, "region" | "credentials">>;
  readonly naming: { getStackName(): string };
}

export interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options?: { readonly param?: readonly string[] };
  };
  /** serverless.yml, with its variables resolved. */
  readonly configurationInput: {
    readonly params: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  };
  readonly service: {
    readonly service: string;
    readonly resources: { readonly Mappings: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
    readonly provider: {
      /** Set by osls when nothing changed since the last deployment. */
      shouldNotDeploy?: boolean;
      stackParameters?: readonly StackParameter[];
      readonly compiledCloudFormationTemplate: Template;
    };
    readonly custom: {
      readonly model: {
        readonly dependencies: string;
        readonly version: string;
        readonly previous: string;
        readonly containers: AutopilotContainers;
        readonly autopilotInstanceType: string;
      };
      readonly governance: { readonly version: string };
      readonly release: string;
      /** Values of the stack's parameters that say who is told; empty for nobody. */
      readonly notifications: Readonly<Record<string, string>>;
    };
  };
  getProvider(name: "aws"): Provider;
  /** Shown at the end of a successful deployment. */
  addServiceOutputSection(name: string, content: string | string[]): void;
}

export interface Toolkit {
  readonly progress: { get(name: string): { notice(message: string): void; remove(): void } };
  readonly log: { notice(message: string): void; warning(message: string): void };
}

/** What osls tells a source of variables. */
export interface VariableRequest {
  readonly address: string;
  /** Resolves a variable, written without its braces. */
  readonly resolveVariable: (variable: string) => Promise<unknown>;
}

/** Stops the command with one clear sentence: osls shows an error of this name without its stack. */
export class DeployError extends UserError {
  override readonly name = "ServerlessError";
}

/** An error's own words, for a sentence that says what to do about it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}
