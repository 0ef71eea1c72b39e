// What is remembered of releases: what the qualification hook found, and what people did by hand.
import { CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PublishCommand } from "@aws-sdk/client-sns";
import { PutParameterCommand, paginateGetParametersByPath } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { Ajv2020 } from "ajv/dist/2020";
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import { explained } from "./aws-error";
import type { Stack } from "./stack";
import type { Stage } from "./stage";

const FINDING = {
  type: "object",
  required: ["deploymentId", "verdict", "outcome", "reasons"],
  properties: {
    deploymentId: { type: "string" },
    verdict: { enum: ["pass", "fail", "inconclusive"] },
    outcome: { enum: ["Succeeded", "Failed"] },
    reasons: { type: "array", items: { type: "string" } },
    p95Ratio: { type: ["number", "null"] },
    errorRate: { type: ["number", "null"] },
    accuracyDifference: { type: ["number", "null"] },
    changedAnswers: { type: ["number", "null"] },
  },
} as const satisfies JSONSchema;

/** What the hook found of one deployment (src/release). */
export type Finding = FromSchema<typeof FINDING>;

const BY_HAND = {
  type: "object",
  required: ["kind", "who", "why", "when", "from", "to", "outcome"],
  properties: {
    kind: { enum: ["rollback", "emergency", "promotion"] },
    who: { type: "string" },
    why: { type: "string" },
    when: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    outcome: { enum: ["started", "done", "failed"] },
  },
} as const satisfies JSONSchema;

/** A rollback, an emergency release, or a promotion that governance did not pass: `who` is an ARN, `when` ISO 8601, `from` and `to` versions ("new" until it is known). */
export type ByHand = FromSchema<typeof BY_HAND>;

export interface Records {
  /** By deployment. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** Newest first. */
  readonly byHand: readonly ByHand[];
}

const ajv = new Ajv2020({ allowUnionTypes: true });
const isFinding = ajv.compile<Finding>(FINDING);
const isByHand = ajv.compile<ByHand>(BY_HAND);

/** Reads all records; one that is not of this form is left out, so that it does not hide the others. */
export async function readRecords({ aws, parameters }: Stage): Promise<Records> {
  const values: unknown[] = [];
  const pages = paginateGetParametersByPath({ client: aws.ssm }, { Path: `${parameters}/releases`, Recursive: true });
  for await (const { Parameters = [] } of pages) values.push(...Parameters.map(({ Value = "" }) => parse(Value)));
  return {
    findings: new Map(values.filter((value) => isFinding(value)).map((finding) => [finding.deploymentId, finding])),
    byHand: values.filter((value) => isByHand(value)).sort((one, other) => other.when.localeCompare(one.when)),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The ARN of whoever runs this command. */
export async function whoAmI({ aws }: Stage): Promise<string> {
  const { Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
  return Arn ?? "unknown";
}

/** Writes down what is done by hand, in the parameter store and in the log, and notifies. Again with its outcome when it has ended. */
export async function record(stage: Stage, stack: Stack, release: ByHand): Promise<void> {
  const id = `${release.kind}-${release.when.replaceAll(":", "-")}`;
  const text = JSON.stringify(release);
  const Name = `${stage.parameters}/releases/${id}`;
  await stage.aws.ssm.send(new PutParameterCommand({ Name, Type: "String", Value: text, Overwrite: true }));
  await log(stage, stack.output("ReleaseLogName"), id, text);
  await notify(stage, stack, release, text);
}

/** In words by e-mail, and in the one form that AWS Chatbot shows, which gets its messages by HTTPS. */
async function notify(stage: Stage, stack: Stack, release: ByHand, text: string): Promise<void> {
  const { kind, who, why, from, to, outcome } = release;
  const title = `serin ${stage.name}: ${kind} ${outcome}`;
  const description = `${who}: ${kind} of stage ${stage.name} from version ${from} to ${to} ${outcome}.\nReason: ${why}`;
  const content = { textType: "client-markdown", title, description };
  const forms = {
    default: `${description}\n\n${text}`,
    https: JSON.stringify({ version: "1.0", source: "custom", content }), // "Custom notifications" in its administrator guide
  };
  await stage.aws.sns.send(
    new PublishCommand({
      TopicArn: stack.output("ReleaseTopicArn"),
      Subject: title,
      MessageStructure: "json",
      Message: JSON.stringify(forms),
    }),
  );
}

async function log({ aws }: Stage, logGroupName: string, logStreamName: string, message: string): Promise<void> {
  const stream = { logGroupName, logStreamName };
  await aws.logs.send(new CreateLogStreamCommand(stream)).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === "ResourceAlreadyExistsException")) throw error;
  });
  await aws.logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
}

/** Records, and where that fails shows what was to be recorded: what is under way is not held up. */
export async function recordOrWarn(stage: Stage, stack: Stack, release: ByHand): Promise<void> {
  try {
    await record(stage, stack, release);
  } catch (error) {
    console.error(`Warning: this could not be recorded (${causeOf(error)}). Keep it: ${JSON.stringify(release)}`);
  }
}

/** Why a record could not be written, in words. */
export function causeOf(error: unknown): string {
  const cause = explained(error);
  return cause instanceof Error ? cause.message : String(cause);
}
