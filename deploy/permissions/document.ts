// docs/permissions.md: the rights of stage prod as tables to review, so that a new right is a line in a diff.
import { packageService, type Template } from "../packaged-service";
import { type Grant, grantsOf, trustOf } from "./grants";

const OPTIONAL_PARTS = [
  "--param=network=private",
  "--param=alarmEmail=alarms@example.com",
  "--param=slackWorkspace=T0123ABCD",
  "--param=slackChannel=C0123ABCD",
];

const OF_THE_STAGE = /serin[-/]prod|^\$\{/;

const INTRODUCTION = `# Permissions

Every right that the template of stage \`prod\` gives with all of its optional parts, one line for each action and resource, with its reason. \`npm run generate\` writes
this page from the compiled template and a test compares: **a line that is new in a diff is a right to review.** \`never\` marks what is
denied whatever else is allowed. MODEL is a model version, REGION and ACCOUNT are the stage's; \`\${Name}\` is a resource of the template.

To give a right: a \`Sid\` on its statement, and under that name its reason in \`Metadata.Reasons\` of the same resource (see
[deploy/iam.yml](../deploy/iam.yml)); then \`npm run generate\`.
`;

/** Where the page is, from the repository's root. */
export const PERMISSIONS_PAGE = "docs/permissions.md";

/** The template with everything that a parameter can add. Takes some seconds. */
export function packageEverything(): Template {
  const service = packageService("prod", ...OPTIONAL_PARTS);
  service.remove();
  return service.template;
}

/** @returns The page's content. */
export function permissionsDocument(template: Template): string {
  const grants = grantsOf(template);
  const trust = trustOf(template);
  const holders = [...new Set(grants.map(({ holder }) => holder))].sort();
  const sections = holders.map((holder) =>
    section(
      holder,
      trust.get(holder),
      grants.filter((grant) => grant.holder === holder),
    ),
  );
  return [INTRODUCTION, beyondTheStage(grants), ...sections].join("\n");
}

/** What a reviewer looks at first: resources that are neither named after the stage nor of its stack. */
function beyondTheStage(grants: readonly Grant[]): string {
  const beyond = grants.filter(({ effect, resource }) => effect === "Allow" && !OF_THE_STAGE.test(resource));
  return `## Rights beyond the stage\n\n${table(beyond, true)}`;
}

function section(holder: string, trust: string | undefined, grants: readonly Grant[]): string {
  const heading = trust === undefined ? `## ${holder}\n` : `## ${holder}\n\nTaken by ${trust}.\n`;
  return `${heading}\n${table(grants, false)}`;
}

function table(grants: readonly Grant[], withHolder: boolean): string {
  const withPrincipal = grants.some(({ principal }) => principal !== undefined);
  const columns: readonly [string, boolean, (grant: Grant) => string][] = [
    ["in", withHolder, ({ holder }) => holder],
    ["who", withPrincipal, ({ principal }) => code(principal)],
    ["may", true, ({ effect, action }) => `${effect === "Deny" ? "never " : ""}${code(action)}`],
    ["on", true, ({ resource }) => code(resource)],
    ["when", grants.some(({ condition }) => condition !== ""), ({ condition }) => code(condition)],
    ["because", true, ({ reason }) => reason ?? ""],
  ];
  const shown = columns.filter(([, there]) => there);
  const rows = grants.map((grant) => shown.map(([, , cell]) => cell(grant)));
  const lines = [shown.map(([name]) => name), shown.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function code(text = ""): string {
  return text === "" ? "" : `\`${text}\``;
}
