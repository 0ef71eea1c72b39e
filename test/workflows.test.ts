// The pipeline's workflows: what GitHub would only say when they run.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { SLS } from "../deploy/local/workspace";
import { ROOT } from "../deploy/root";
import { scripts } from "../package.json";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = path.join(ROOT, ".github", "workflows");
const { load }: { load(text: string): Workflow } = createRequire(SLS)("js-yaml"); // the parser that reads serverless.yml
const files = readdirSync(FOLDER);
const textOf = (file: string) => readFileSync(path.join(FOLDER, file), "utf8");
const jobsOf = (file: string) => Object.entries(load(textOf(file)).jobs);
const stepsOf = (file: string) => jobsOf(file).flatMap(([, { steps = [] }]) => steps);

describe.each(files)("%s", (file) => {
  it("pins every action to a commit, and says which version that is", () => {
    const uses = textOf(file).match(/uses: .*/g) ?? [];
    expect(uses).not.toEqual([]);
    for (const line of uses)
      expect(line).toMatch(
        /^uses: (\.\/\.github\/workflows\/[\w-]+\.yml|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/,
      );
  });

  it("calls workflows and npm scripts that exist", () => {
    const called = jobsOf(file).flatMap(([, { uses }]) => (uses === undefined ? [] : [path.basename(uses)]));
    expect(files).toEqual(expect.arrayContaining(called));
    const runs = stepsOf(file)
      .map(({ run = "" }) => run)
      .join("\n");
    const names = [...runs.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(names));
  });

  it("may only read, and asks for an identity only where it signs in to AWS", () => {
    expect(load(textOf(file)).permissions).toEqual({ contents: "read" });
    for (const [, { permissions, steps = [], uses = "" }] of jobsOf(file)) {
      const signsIn = steps.some((step) => step.uses?.startsWith("aws-actions/")) || uses.endsWith("deploy-stage.yml");
      expect(permissions).toEqual(signsIn ? { contents: "read", "id-token": "write" } : undefined);
    }
  });

  it("knows no secret, and puts nothing that others write into a script", () => {
    expect(textOf(file)).not.toMatch(/\bsecrets\b/);
    for (const { run = "" } of stepsOf(file)) expect(run).not.toContain("${{");
  });

  it("ends by itself", () => {
    for (const [, { steps, "timeout-minutes": minutes }] of jobsOf(file)) if (steps) expect(minutes).toBeGreaterThan(0);
  });
});

it("deploys prod after staging, and staging after the tests", () => {
  expect(load(textOf("deploy.yml")).jobs).toMatchObject({
    staging: { needs: "test", with: { stage: "staging" } },
    prod: { needs: "staging", with: { stage: "prod" } },
  });
});

it("deploys a stage once at a time, never cuts it off, and does not make a rollback wait", () => {
  expect(load(textOf("deploy-stage.yml")).jobs["deploy"]).toMatchObject({
    environment: "${{ inputs.stage }}",
    concurrency: { group: "deploy-${{ inputs.stage }}", "cancel-in-progress": false },
  });
  expect(load(textOf("rollback.yml")).jobs["rollback"]?.concurrency?.group).toBe("rollback-${{ inputs.stage }}");
});

it("leaves a canary the time that it needs", () => {
  expect(load(textOf("deploy-stage.yml")).jobs["deploy"]?.["timeout-minutes"]).toBeGreaterThan(15 + 5 + 10);
});
