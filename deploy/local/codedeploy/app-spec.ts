// Reads the AppSpec of a Lambda deployment: which alias moves from which version to which, and what is run before and after.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure.html
import { Ajv } from "ajv";
import type { FromSchema } from "json-schema-to-ts";
import { present } from "../present";
import { CodeDeployError } from "./error";

/** What a deployment moves. */
export interface AliasShift {
  readonly functionName: string;
  readonly alias: string;
  /** The version that has the traffic. */
  readonly stable: string;
  /** The version that is to get it. */
  readonly canary: string;
  /** Functions to run before the first and after the last of the traffic is shifted. */
  readonly hooks: { readonly BeforeAllowTraffic?: string; readonly AfterAllowTraffic?: string };
}

const text = { type: "string", minLength: 1 } as const;
const APP_SPEC = {
  type: "object",
  required: ["Resources"],
  properties: {
    Resources: {
      type: "array",
      minItems: 1,
      maxItems: 1,
      items: {
        type: "object",
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: {
          type: "object",
          required: ["Type", "Properties"],
          properties: {
            Type: { const: "AWS::Lambda::Function" },
            Properties: {
              type: "object",
              required: ["Name", "Alias", "CurrentVersion", "TargetVersion"],
              properties: { Name: text, Alias: text, CurrentVersion: text, TargetVersion: text },
            },
          },
        },
      },
    },
    Hooks: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        properties: { BeforeAllowTraffic: text, AfterAllowTraffic: text },
      },
    },
  },
} as const;

const ajv = new Ajv();
const isAppSpec = ajv.compile<FromSchema<typeof APP_SPEC>>(APP_SPEC);

/**
 * @param content - JSON, as CloudFormation writes it.
 * @throws CodeDeployError InvalidRevisionException.
 */
export function readAppSpec(content: string): AliasShift {
  const spec = parse(content);
  if (!isAppSpec(spec)) throw invalid(ajv.errorsText(isAppSpec.errors, { dataVar: "AppSpec" }));
  const [resource] = spec.Resources.flatMap((one) => Object.values(one));
  const { Name, Alias, CurrentVersion, TargetVersion } = present(resource, "the AppSpec's function").Properties;
  return {
    functionName: Name,
    alias: Alias,
    stable: CurrentVersion,
    canary: TargetVersion,
    hooks: Object.fromEntries((spec.Hooks ?? []).flatMap((hook) => Object.entries(hook))),
  };
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw invalid("it is not JSON");
  }
}

function invalid(why: string): CodeDeployError {
  return new CodeDeployError("InvalidRevisionException", `The AppSpec is not valid: ${why}.`);
}
