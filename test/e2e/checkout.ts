// A user's checkout of the service, from which stages are deployed to an emulated AWS with the commands that a user runs.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientConfig, slsEnvironment } from "../../deploy/local/aws";
import { issueToken } from "../../deploy/local/tokens";
import { SLS } from "../../deploy/local/workspace";

/** What a command left at the terminal. */
export interface Run {
  readonly code: number;
  readonly printed: string;
}

interface Place {
  readonly directory: string;
  readonly awsUrl: string;
}

/** A command that may be interrupted. */
export interface Running {
  readonly ended: Promise<Run>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

export class Checkout {
  constructor(private readonly place: Place) {}

  /** The same checkout, with AWS at another address. */
  at(awsUrl: string): Checkout {
    return new Checkout({ ...this.place, awsUrl });
  }

  sls(...args: readonly string[]): Promise<Run> {
    return this.start(process.execPath, [SLS, ...args]).ended;
  }

  startSls(...args: readonly string[]): Running {
    return this.start(process.execPath, [SLS, ...args]);
  }

  npm(...args: readonly string[]): Promise<Run> {
    return this.start("npm", ["run", "--silent", ...args]).ended;
  }

  /** Replaces a text that must be there. @returns A function that puts it back. */
  edit(file: string, from: string, to: string): () => void {
    const absolute = path.join(this.place.directory, file);
    const content = readFileSync(absolute, "utf8");
    if (!content.includes(from)) throw new Error(`${file} has no ${from}`);
    writeFileSync(absolute, content.replace(from, to));
    return () => writeFileSync(absolute, content);
  }

  /**
   * All that differs from a deployment to AWS: no container runs here, which would want packages for its own Python; the machine is
   * slow; and few rows are asked before a release, which allow no verdict (release.test.ts looks at how releases are judged).
   */
  suitThisMachine(): void {
    for (const [from, to] of [
      ["modelDependencies: packed", "modelDependencies: none"],
      ["modelBudgetMs: 500", "modelBudgetMs: 3000"],
      ["limiterTimeoutMs: 100", "limiterTimeoutMs: 2000"],
      ["qualificationPasses: 3", "qualificationPasses: 1"],
      ["onInconclusive: fail", "onInconclusive: pass"],
    ] as const)
      this.edit("serverless.yml", from, to);
    const file = path.join(this.place.directory, "src", "release", "golden-set.json");
    const rows: Record<string, unknown[]> = JSON.parse(readFileSync(file, "utf8"));
    const few = Object.entries(rows).map(([sentiment, texts]) => [sentiment, texts.slice(0, 2)]);
    writeFileSync(file, JSON.stringify(Object.fromEntries(few)));
  }

  private start(command: string, args: readonly string[]): Running {
    const { directory, awsUrl } = this.place;
    const child = spawn(command, args, { cwd: directory, env: slsEnvironment(awsUrl), detached: true });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
      });
    const ended = new Promise<Run>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? -1, printed }));
    });
    return {
      ended,
      interrupt: () => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      },
    };
  }
}

/** A deployed stage, as its clients and CloudFormation see it. */
export class DeployedStage {
  private readonly cloudFormation: CloudFormationClient;

  constructor(
    private readonly awsUrl: string,
    readonly name: string,
  ) {
    this.cloudFormation = new CloudFormationClient(clientConfig(awsUrl));
  }

  async stack() {
    const { Stacks } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: `serin-${this.name}` }));
    return Stacks?.[0];
  }

  async outputs(): Promise<Readonly<Record<string, string>>> {
    const { Outputs = [] } = (await this.stack()) ?? {};
    return Object.fromEntries(Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
  }

  async token(): Promise<string> {
    const { UserPoolId = "", MachineClientId = "", PeopleClientId = "" } = await this.outputs();
    const clients = { machineClientId: MachineClientId, peopleClientId: PeopleClientId };
    return issueToken({ awsUrl: this.awsUrl, userPoolId: UserPoolId, ...clients }, {});
  }

  /** POST /predict; with a token unless it is to be without. */
  async predict(token: string | undefined, text = "I love it."): Promise<Response> {
    const { HttpApiId = "" } = await this.outputs();
    return fetch(`${this.awsUrl}/_aws/execute-api/${HttpApiId}/$default/predict`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ text }),
    });
  }

  /** Gives the machine client its whole quota back. */
  async resetQuota(): Promise<void> {
    const { RateLimitTableName = "", MachineClientId = "" } = await this.outputs();
    const item = { TableName: RateLimitTableName, Key: { user: { S: MachineClientId } } };
    await new DynamoDBClient(clientConfig(this.awsUrl)).send(new DeleteItemCommand(item));
  }

  /** Who answers: the status, the model and the version's own mark, a header that a test changes. */
  async answer() {
    const response = await this.predict(await this.token(), `said at ${Date.now()}`); // no cache has it
    const body = JSON.parse(await response.text());
    return {
      status: response.status,
      mark: response.headers.get("cache-control"),
      model: body.modelVersion,
    };
  }
}
