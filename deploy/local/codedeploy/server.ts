// CodeDeploy's API over HTTP: AWS JSON 1.1, one operation per request, named by the header x-amz-target.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
import { Ajv, type AnySchemaObject } from "ajv";
import fastify from "fastify";
import { CodeDeployError } from "./error";
import { type Input, type Operation, SCHEMAS } from "./schemas";
import { CodeDeployService, type ServiceOptions } from "./service";

const TARGET_PREFIX = "CodeDeploy_20141006.";
const JSON_1_1 = "application/x-amz-json-1.1";

const ajv = new Ajv();

type Call = (service: CodeDeployService, input: unknown) => object;

/** @typeParam T - The operation's {@link Input}; TypeScript gives up on inferring that from `operation`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- ties what is checked to what `run` gets
function call<T>(operation: Operation, run: (service: CodeDeployService, input: T) => object): Call {
  const schema: AnySchemaObject = SCHEMAS[operation];
  const isValid = ajv.compile<T>(schema);
  return (service, input) => {
    if (isValid(input)) return run(service, input);
    throw new CodeDeployError("ValidationException", ajv.errorsText(isValid.errors, { dataVar: operation }));
  };
}

const CALLS: Readonly<Record<Operation, Call>> = {
  CreateApplication: call("CreateApplication", (service, input: Input<"CreateApplication">) =>
    service.createApplication(input),
  ),
  DeleteApplication: call("DeleteApplication", (service, input: Input<"DeleteApplication">) =>
    service.deleteApplication(input),
  ),
  CreateDeploymentGroup: call("CreateDeploymentGroup", (service, input: Input<"CreateDeploymentGroup">) =>
    service.createDeploymentGroup(input),
  ),
  UpdateDeploymentGroup: call("UpdateDeploymentGroup", (service, input: Input<"UpdateDeploymentGroup">) =>
    service.updateDeploymentGroup(input),
  ),
  DeleteDeploymentGroup: call("DeleteDeploymentGroup", (service, input: Input<"DeleteDeploymentGroup">) =>
    service.deleteDeploymentGroup(input),
  ),
  GetDeploymentGroup: call("GetDeploymentGroup", (service, input: Input<"GetDeploymentGroup">) =>
    service.getDeploymentGroup(input),
  ),
  CreateDeployment: call("CreateDeployment", (service, input: Input<"CreateDeployment">) =>
    service.createDeployment(input),
  ),
  GetDeployment: call("GetDeployment", (service, input: Input<"GetDeployment">) => service.getDeployment(input)),
  BatchGetDeployments: call("BatchGetDeployments", (service, input: Input<"BatchGetDeployments">) =>
    service.batchGetDeployments(input),
  ),
  ListDeployments: call("ListDeployments", (service, input: Input<"ListDeployments">) =>
    service.listDeployments(input),
  ),
  GetApplicationRevision: call("GetApplicationRevision", (service, input: Input<"GetApplicationRevision">) =>
    service.getApplicationRevision(input),
  ),
  StopDeployment: call("StopDeployment", (service, input: Input<"StopDeployment">) => service.stopDeployment(input)),
  PutLifecycleEventHookExecutionStatus: call(
    "PutLifecycleEventHookExecutionStatus",
    (service, input: Input<"PutLifecycleEventHookExecutionStatus">) =>
      service.putLifecycleEventHookExecutionStatus(input),
  ),
};

/** A running stand-in. */
export interface CodeDeploy {
  readonly url: string;
  /** Drops what it is doing, wherever that stands, and stops listening. */
  close(): Promise<void>;
}

/** Serves the API on a free port of the loopback interface. Signatures are checked by the emulated AWS in front of it. */
export async function startCodeDeploy(options: ServiceOptions): Promise<CodeDeploy> {
  const service = new CodeDeployService(options);
  const app = fastify({ forceCloseConnections: true });
  app.addContentTypeParser(JSON_1_1, { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.post("/", async ({ headers, body }, reply) => {
    const target = String(headers["x-amz-target"]).replace(TARGET_PREFIX, "");
    return reply.type(JSON_1_1).send(stringify(answer(service, target, parse(String(body)))));
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const code = error instanceof CodeDeployError ? error.code : "InternalFailure";
    const message = error instanceof Error ? error.message : String(error);
    return reply
      .code(error instanceof CodeDeployError ? 400 : 500)
      .type(JSON_1_1)
      .send(stringify({ __type: code, message }));
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const close = async () => {
    await service.close();
    await app.close();
  };
  return { url, close };
}

function answer(service: CodeDeployService, target: string, input: unknown): object {
  if (isOperation(target)) return CALLS[target](service, input);
  throw new CodeDeployError("UnknownOperationException", `The operation ${target} is not emulated.`);
}

function isOperation(target: string): target is Operation {
  return Object.hasOwn(CALLS, target);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new CodeDeployError("SerializationException", "The body is not JSON.");
  }
}

/** JSON with timestamps in seconds, as the protocol has them. */
function stringify(value: object): string {
  return JSON.stringify(value, function (this: object, key: string, plain: unknown) {
    const given: unknown = Reflect.get(this, key);
    return given instanceof Date ? given.getTime() / 1000 : plain;
  });
}
