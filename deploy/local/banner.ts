// What `npm start` says once everything is up: where to look, what to paste, how to go on.
import { styleText } from "node:util";
import type { Target } from "./state";

/** Styled for a terminal, plain for a file. */
const style: typeof styleText = (format, text) => (process.stdout.isTTY ? styleText(format, text) : text);

/** A line of shell that calls the API and works when pasted. */
export function curlLine(target: Target, token: string): string {
  const body = JSON.stringify({ text: "I love how fast the support team answered." });
  return `curl -s ${target.url}/predict -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d '${body}'`;
}

/** @param elapsedMs - Milliseconds from the start. */
export function banner(target: Target, token: string, elapsedMs: number): string {
  const row = (label: string, value: string) => `  ${style("bold", label.padEnd(10))} ${value}`;
  // The summary comes last, where the eye is: a token fills many lines of a narrow terminal.
  return [
    "",
    `${style("bold", "A token")} ${style("dim", "(valid for an hour)")}`,
    token,
    "",
    style("bold", "A call, to paste into another terminal"),
    curlLine(target, token),
    "",
    `${style(["yellow", "bold"], "Serin is running")}  ${style("dim", `up in ${(elapsedMs / 1000).toFixed(1)} s`)}`,
    "",
    row("Try it", target.url),
    row("API docs", `${target.url}/docs`),
    row("New token", "npm run --silent token"),
    row("Stop", "Ctrl-C"),
    "",
  ].join("\n");
}
