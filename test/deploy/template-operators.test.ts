// What people may do in a stage: enough for every command that they run, decided by tags, and never for another stage.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageEverything } from "../../deploy/permissions/document";
import { type Grant, grantsOf } from "../../deploy/permissions/grants";
import { ROOT } from "../../deploy/root";

let grants: Grant[];
beforeAll(() => {
  grants = grantsOf(packageEverything());
}, 60_000);

const of = (...holders: readonly string[]) => grants.filter(({ holder }) => holders.includes(holder));
const actions = (...holders: readonly string[]) => new Set(of(...holders).map(({ action }) => action));

/** Rights of SDK commands that are not named after them. */
const RIGHTS: Readonly<Record<string, string>> = {
  "sts:GetCallerIdentity": "", // everybody may
  "s3:HeadObject": "s3:GetObject",
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:ListBuckets": "s3:ListAllMyBuckets",
};

const IMPORT = /import (?:type )?\{([^}]*)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g;

/** The rights for the SDK commands that a source imports. */
function calls(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(IMPORT)].flatMap(([, names = "", client = ""]) =>
    [...names.matchAll(/\b(\w+)Command\b|\bpaginate(\w+)/g)].map(([, command, pages]) => {
      const action = `${client.replace("cloudwatch-", "")}:${command ?? pages ?? ""}`;
      return RIGHTS[action] ?? action;
    }),
  );
}

const LOCAL_IMPORT = /from "(\.{1,2}\/[^"]+)"/g;

/** A source and all of ours that it imports. */
function closure(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, to = ""] of readFileSync(file, "utf8").matchAll(LOCAL_IMPORT))
    if (!/\.(json|generated)$/.test(to)) closure(`${path.resolve(path.dirname(file), to)}.ts`, known);
  return known;
}

const neededBy = (...files: readonly string[]) => {
  const sources = files.flatMap((file) => [...closure(path.join(ROOT, "deploy", file))]);
  return new Set(
    sources
      .filter((file) => !file.includes("/deploy/local/"))
      .flatMap(calls)
      .filter(Boolean),
  );
};

const missing = (needed: ReadonlySet<string>, given: ReadonlySet<string>) =>
  [...needed].filter((right) => !given.has(right)).sort();

const STACKS_ROLE = [
  "arn:aws:iam::ACCOUNT:role/serin-prod-cloudformation",
  "StringEquals iam:PassedToService cloudformation.amazonaws.com",
];
const handedOver = (holder: string) =>
  of(holder)
    .filter(({ action }) => action === "iam:PassRole")
    .map(({ resource, condition }) => [resource, condition]);

describe("who is on call", () => {
  it.each(["release/rollback.ts", "release/releases.ts"])("may call all that %s calls", (command) => {
    const needed = neededBy(command);
    expect(needed).toContain("cloudformation:DescribeStacks");
    expect(missing(needed, actions("OnCallPolicy"))).toEqual([]);
  });

  it("may change nothing but the release, and reads no user", () => {
    const READING = /:(Describe|Get|List|Filter|BatchGet|GET$)|^logs:(StartQuery|StopQuery)$|^sqs:ReceiveMessage$/;
    expect([...actions("OnCallPolicy")].filter((action) => !READING.test(action)).sort()).toEqual([
      "cloudformation:UpdateStack",
      "codedeploy:StopDeployment",
      "iam:PassRole",
      "kms:Decrypt",
      "kms:GenerateDataKey",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sns:Publish",
      "ssm:PutParameter",
    ]);
    expect([...actions("OnCallPolicy")].filter((action) => /^(cognito-idp|s3):/.test(action))).toEqual([]);
  });

  it("hands over the stack's own role only, which the stack has already", () => {
    expect(handedOver("OnCallPolicy")).toEqual([STACKS_ROLE]);
  });
});

describe("who releases", () => {
  const PLUGINS = readdirSync(path.join(ROOT, "deploy", "plugins")).filter((name) =>
    /^(?!.*\.d\.ts).*\.ts$/.test(name),
  );
  const commands = ["release/promote.ts", "release/emergency.ts", "autopilot/autopilot.ts"];
  const ONLY_REMOVE = ["s3:DeleteObjects", "s3:ListObjectVersions", "ssm:DeleteParameters"]; // `sls remove` is an administrator's

  it("may call all that the release commands and our plugins call", () => {
    const needed = neededBy(...commands, ...PLUGINS.map((name) => `plugins/${name}`));
    expect(needed).toContain("s3:PutObject");
    expect(missing(needed, actions("OnCallPolicy", "ReleasePolicy")).sort()).toEqual(ONLY_REMOVE);
  });

  it("hands over two roles only, each to one service", () => {
    expect(handedOver("ReleasePolicy")).toEqual([
      STACKS_ROLE,
      ["${AutopilotRole.Arn}", "StringEquals iam:PassedToService sagemaker.amazonaws.com"],
    ]);
  });
});

describe("both", () => {
  it("change the stack, and read logs and endpoints, by the tags service and stage", () => {
    const byTag = of("OnCallPolicy", "ReleasePolicy").filter(({ condition }) =>
      condition.includes("aws:ResourceTag/service serin and StringEquals aws:ResourceTag/stage prod"),
    );
    const tagged = new Set(byTag.map(({ action }) => action));
    for (const action of ["cloudformation:UpdateStack", "logs:FilterLogEvents", "sagemaker:DescribeEndpoint"])
      expect(tagged).toContain(action);
  });

  it("write to nothing of another stage", () => {
    const writing = of("OnCallPolicy", "ReleasePolicy").filter(
      ({ action }) => !/:(Describe|Get|List|Filter|BatchGet|Stop|Start|Validate)/.test(action),
    );
    const elsewhere = writing.filter(({ resource }) => !/serin[-/]prod|\$\{(\w|\.)+\}/.test(resource));
    const untold = elsewhere.filter(({ condition }) => !condition.includes("aws:ResourceTag/stage prod"));
    const NAMELESS = ["SetScalingLimits"]; // scalable targets have neither names nor tags
    expect(untold.map(({ sid }) => sid)).toEqual(NAMELESS);
  });
});
