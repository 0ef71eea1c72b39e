// A runbook page as its readers use it: sections, lines to paste into a shell, queries to paste into the console.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../deploy/root";

/** Sections of every page but the index, in their order. */
export const SECTIONS = [
  "Symptom",
  "User impact",
  "Diagnosis",
  "Mitigation",
  "Recovery",
  "Escalation",
  "After-care",
] as const;

type Section = (typeof SECTIONS)[number];

const INDEX = "README.md";

/** Names of all pages, such as `errors.md`, without the index. */
export const PAGES: readonly string[] = readdirSync(path.join(ROOT, "runbooks")).filter((name) => name !== INDEX);

/** The index. */
export const index = (): Page => new Page(INDEX);

export class Page {
  readonly text: string;

  /** @param name - Such as `errors.md`. */
  constructor(readonly name: string) {
    this.text = readFileSync(path.join(ROOT, "runbooks", name), "utf8");
  }

  get titles(): readonly string[] {
    return found(this.text, /^## (.+)$/gm);
  }

  /** A section's text, without its title; empty when there is none. */
  section(title: Section): string {
    const [, after = ""] = this.text.split(`\n## ${title}\n`);
    return after.split(/^## /m)[0] ?? "";
  }

  /** The line at the top that sets the blanks. */
  get blanks(): string {
    return shellLines(this.text.split(/^## /m)[0] ?? "").join("\n");
  }

  /** Commands, one a line, of the whole page or of one section. @param heading - Only those below this `###` heading. */
  lines(title?: Section, heading?: string): readonly string[] {
    const text = title === undefined ? this.text : this.section(title);
    return shellLines(heading === undefined ? text : below(text, heading));
  }

  /** Texts of the Logs Insights queries, by the name under which they are saved. */
  get queries(): ReadonlyMap<string, string> {
    const blocks = this.text.matchAll(/^Query `([\w-]+)`.*\n\n```logs-insights\n([^`]+)\n```$/gm);
    return new Map([...blocks].map(([, name = "", query = ""]) => [name, query]));
  }

  /** What stands in backquotes outside of blocks, lines to paste included. */
  get codes(): readonly string[] {
    return found(this.text.replaceAll(/^```[^`]*^```$/gm, ""), /`([^`]+)`/g);
  }
}

function shellLines(text: string): readonly string[] {
  return found(text, /^```sh\n([\s\S]*?)\n```$/gm).flatMap((block) => block.split("\n"));
}

function below(text: string, heading: string): string {
  const [, after = ""] = text.split(`\n### ${heading}\n`);
  return after.split(/^### /m)[0] ?? "";
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, first = ""]) => first);
}
