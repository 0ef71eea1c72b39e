// The inputs of the operations, as far as Lambda deployments need them.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_Operations.html
import type { FromSchema } from "json-schema-to-ts";

const name = { type: "string", minLength: 1, maxLength: 100 } as const;
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const texts = { type: "array", items: text } as const;

const groupSettings = {
  deploymentConfigName: name,
  serviceRoleArn: text,
  alarmConfiguration: {
    type: "object",
    properties: {
      enabled: flag,
      ignorePollAlarmFailure: flag,
      alarms: { type: "array", items: { type: "object", properties: { name: text } } },
    },
  },
  autoRollbackConfiguration: {
    type: "object",
    properties: {
      enabled: flag,
      events: {
        type: "array",
        items: { enum: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"] },
      },
    },
  },
  deploymentStyle: {
    type: "object",
    required: ["deploymentType", "deploymentOption"],
    properties: { deploymentType: { const: "BLUE_GREEN" }, deploymentOption: { const: "WITH_TRAFFIC_CONTROL" } },
  },
} as const;

/** By operation. */
export const SCHEMAS = {
  CreateApplication: input(["applicationName"], { applicationName: name, computePlatform: { const: "Lambda" } }),
  DeleteApplication: input(["applicationName"], { applicationName: name }),
  CreateDeploymentGroup: input(["applicationName", "deploymentGroupName", "serviceRoleArn"], {
    applicationName: name,
    deploymentGroupName: name,
    ...groupSettings,
  }),
  UpdateDeploymentGroup: input(["applicationName", "currentDeploymentGroupName"], {
    applicationName: name,
    currentDeploymentGroupName: name,
    newDeploymentGroupName: name,
    ...groupSettings,
  }),
  DeleteDeploymentGroup: input(["applicationName", "deploymentGroupName"], {
    applicationName: name,
    deploymentGroupName: name,
  }),
  GetDeploymentGroup: input(["applicationName", "deploymentGroupName"], {
    applicationName: name,
    deploymentGroupName: name,
  }),
  CreateDeployment: input(["applicationName", "deploymentGroupName", "revision"], {
    applicationName: name,
    deploymentGroupName: name,
    deploymentConfigName: name,
    description: text,
    revision: {
      type: "object",
      required: ["revisionType", "appSpecContent"],
      properties: {
        revisionType: { const: "AppSpecContent" },
        appSpecContent: {
          type: "object",
          required: ["content"],
          properties: { content: text, sha256: text },
        },
      },
    },
  }),
  GetDeployment: input(["deploymentId"], { deploymentId: text }),
  BatchGetDeployments: input(["deploymentIds"], { deploymentIds: texts }),
  ListDeployments: input([], { applicationName: name, deploymentGroupName: name, includeOnlyStatuses: texts }),
  GetApplicationRevision: input(["applicationName", "revision"], {
    applicationName: name,
    revision: {
      type: "object",
      required: ["appSpecContent"],
      properties: {
        appSpecContent: { type: "object", required: ["sha256"], properties: { sha256: text } },
      },
    },
  }),
  StopDeployment: input(["deploymentId"], { deploymentId: text, autoRollbackEnabled: flag }),
  PutLifecycleEventHookExecutionStatus: input(["deploymentId", "lifecycleEventHookExecutionId", "status"], {
    deploymentId: text,
    lifecycleEventHookExecutionId: text,
    status: text,
  }),
} as const;

export type Operation = keyof typeof SCHEMAS;
type Inputs = { readonly [O in Operation]: FromSchema<(typeof SCHEMAS)[O]> };
export type Input<O extends Operation> = Inputs[O];

function input<const Required extends readonly string[], const Properties>(required: Required, properties: Properties) {
  return { type: "object", required, properties } as const;
}
