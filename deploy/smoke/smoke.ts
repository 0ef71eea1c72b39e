// `npm run smoke -- --url U`: what a pipeline runs after a deployment; exit code 1 when the API does not do what it must.
import { Command, InvalidArgumentError } from "commander";
import { runCommand } from "../command";
import { UserError } from "../local/user-error";
import { table } from "../release/table";
import { Api } from "./api";
import { type SmokeReport, smoke } from "./run";

const MAX_REQUESTS = 100; // with the checks, well below a user's burst of 200

interface Options {
  readonly url: string;
  readonly token?: string;
  readonly requests: number;
  readonly maxP95?: number;
  readonly timeout: number;
  readonly warmUp: number;
  readonly json?: true;
}

function tokenOf({ token = process.env["SERIN_TOKEN"] ?? "" }: Options): string {
  if (/^[\w.~+/-]+=*$/.test(token)) return token; // RFC 6750, section 2.1
  throw new UserError(
    token === ""
      ? "There is no token: put an access token with the scope serin/predict into SERIN_TOKEN, or give --token."
      : "The token is none: it has characters that a Bearer token cannot have.",
  );
}

function render({ ok, checks }: SmokeReport): string {
  const rows = checks.map((check) => [check.ok ? "ok" : "FAILED", check.name, check.detail]);
  const failed = checks.filter((check) => !check.ok).length;
  const verdict = ok ? `All ${checks.length} checks passed.` : `${failed} of ${checks.length} checks failed.`;
  return `${table(["", "check", "seen"], rows)}\n${verdict}`;
}

async function main(options: Options): Promise<number> {
  const { url, requests, maxP95, timeout, warmUp, json } = options;
  const api = new Api({ url, token: tokenOf(options), timeoutMs: timeout * 1000 });
  const report = await smoke(api, { requests, warmUpMs: warmUp * 1000, ...(maxP95 !== undefined && { maxP95 }) });
  console.log(json ? JSON.stringify(report) : render(report));
  return report.ok ? 0 : 1;
}

function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a number from ${least} to ${most}.`);
  };
}

function requests(text: string): number {
  return Math.floor(number(1, MAX_REQUESTS)(text));
}

const command = new Command("smoke")
  .description(
    "Checks a deployed API from outside: answers, refusals, headers, latency. Takes about 10 requests of the quota beside --requests.",
  )
  .requiredOption("--url <url>", "of the API: the output HttpApiUrl of the stack")
  .option("--token <token>", "an access token; SERIN_TOKEN in the environment keeps it out of the list of processes")
  .option("--requests <number>", "calls to measure latency with", requests, 20)
  .option("--max-p95 <ms>", "fail above this p95; without it, it is only reported", number(1, 60_000))
  .option("--timeout <seconds>", "for one call", number(1, 60), 10)
  .option("--warm-up <seconds>", "how long to wait for a model that is starting (503)", number(0, 600), 60)
  .option("--json", "print one JSON document")
  .action((options: Options) => runCommand(() => main(options)));

void command.parseAsync();
