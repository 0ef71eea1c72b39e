// The study as Markdown tables, and what it says about the targets.
import { minuteOf, SCENARIOS, shareInterval, type Tally } from "./characteristics";
import { RATES, type Result, USUAL } from "./study";

/** The targets, each with what was simulated for it. */
export interface Target {
  readonly text: string;
  readonly met: boolean;
}

/** All tables, the ones that decide first. */
export function tables(results: readonly Result[]): string {
  const of = (table: Result["table"]) => results.filter((result) => result.table === table);
  return [
    "### Against the targets",
    targets(results).map(({ text, met }) => `- ${met ? "met" : "**missed**"}: ${text}`),
    "### The rule: hook, then alarms",
    ruleTable(of("main")),
    ...RATES.flatMap((rate) => [
      `### Beside other ways, at ${rate} requests/s`,
      comparison(of("main").filter(({ service }) => service.requestsPerSecond === rate)),
    ]),
    `### Window and gate, at ${USUAL.requestsPerSecond} requests/s, alarms alone`,
    sweepTable(of("sweep")),
    "### Passes of the golden set, hook alone",
    hookTable(of("hook")),
    `### Spread of latencies, at ${USUAL.requestsPerSecond} requests/s`,
    spreadTable(of("sigma")),
    "### From which traffic on the alarms decide, alarms alone",
    rateTable([...of("rates"), ...of("main")]),
    "### Healthy versions that fail 0.5 % instead of 0.1 %",
    errorsTable(of("errors")),
  ]
    .map((block) => (typeof block === "string" ? block : block.join("\n")))
    .join("\n\n");
}

/** The targets; a missed one is said to be missed. */
export function targets(results: readonly Result[]): readonly Target[] {
  return results
    .filter(({ table }) => table === "main")
    .flatMap(({ service, scenario, observed }) => {
      const all = observed.watches[0]?.afterHook;
      if (!all || scenario.slowDay > 1) return [];
      const rate = `at ${service.requestsPerSecond} requests/s`;
      if (scenario === SCENARIOS.harmless)
        return [{ text: `harmless ${rate}: ${interval(all)} rolled back (at most 1 %)`, met: share(all) <= 0.01 }];
      const [caught, by] = service.requestsPerSecond < 1 ? [observed.hook, " by the hook"] : [all, ""];
      return [
        {
          text: `${scenario.name} ${rate}: ${interval(caught)} caught${by} (at least 99 %)`,
          met: share(caught) >= 0.99,
        },
      ];
    });
}

function ruleTable(results: readonly Result[]): string[] {
  return table(
    [
      "release",
      "requests/s",
      "stopped by the hook",
      "by the alarms, had there been no hook",
      "minutes to the alarm: median, p95",
      "by either (95 % interval)",
    ],
    results.flatMap(({ scenario, service, observed: { hook, watches } }) =>
      watches
        .slice(0, 1)
        .map(({ alone, afterHook }) => [
          scenario.name,
          service.requestsPerSecond,
          percent(hook),
          percent(alone),
          minutes(alone),
          interval(afterHook),
        ]),
    ),
  );
}

function comparison(results: readonly Result[]): string[] {
  const [first] = results;
  const row = (name: string, tally: (result: Result) => Tally | undefined) => [
    name,
    ...results.map((result) => withMinutes(tally(result))),
  ];
  return table(
    ["stopped (minutes: median, p95)", ...results.map(({ scenario }) => scenario.name)],
    [
      row("**hook, then the rule's alarms**", ({ observed }) => observed.watches[0]?.afterHook),
      ...(first?.observed.watches ?? []).map(({ name }, at) =>
        row(`${name}${at === 0 ? ", alone" : ""}`, ({ observed }) => observed.watches[at]?.alone),
      ),
    ],
  );
}

function sweepTable(results: readonly Result[]): string[] {
  const [first] = results;
  return table(
    ["window s / samples", ...results.map(({ scenario, service }) => `${scenario.name}, sigma ${service.sigma}`)],
    (first?.observed.watches ?? []).map(({ name }, at) => [
      name,
      ...results.map(({ observed }) => withMinutes(observed.watches[at]?.alone)),
    ]),
  );
}

function hookTable(results: readonly Result[]): string[] {
  const columns = results.filter(({ passes }) => passes === results[0]?.passes);
  return table(
    ["passes", ...columns.map(({ scenario, service }) => `${scenario.name}, sigma ${service.sigma}`)],
    [...new Set(results.map(({ passes }) => passes))].map((passes) => [
      passes,
      ...results.filter((result) => result.passes === passes).map(({ observed }) => percent(observed.hook)),
    ]),
  );
}

function spreadTable(results: readonly Result[]): string[] {
  return table(
    ["sigma", "release", "stopped by the hook", "by the alarms alone", "by either (95 % interval)"],
    results.flatMap(({ service, scenario, observed: { hook, watches } }) =>
      watches.map(({ alone, afterHook }) => [
        service.sigma,
        scenario.name,
        percent(hook),
        percent(alone),
        interval(afterHook),
      ]),
    ),
  );
}

function rateTable(results: readonly Result[]): string[] {
  const scenarios = [SCENARIOS.harmless, SCENARIOS.slow, SCENARIOS.errors];
  const rates = [...new Set(results.map(({ service }) => service.requestsPerSecond))].sort((a, b) => a - b);
  return table(
    ["requests/s", ...scenarios.map(({ name }) => `${name}: stopped (minutes: median, p95)`)],
    rates.map((rate) => [
      rate,
      ...scenarios.map((scenario) =>
        withMinutes(
          results.find((result) => result.service.requestsPerSecond === rate && result.scenario === scenario)?.observed
            .watches[0]?.alone,
        ),
      ),
    ]),
  );
}

function errorsTable(results: readonly Result[]): string[] {
  return table(
    ["requests/s", "harmless stopped by the hook", "by the alarms alone", "by either (95 % interval)"],
    results.flatMap(({ service, observed: { hook, watches } }) =>
      watches.map(({ alone, afterHook }) => [
        service.requestsPerSecond,
        percent(hook),
        percent(alone),
        interval(afterHook),
      ]),
    ),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? "---" : "--:"))), ...rows.map(line)];
}

function share({ stopped, releases }: Tally): number {
  return stopped / releases;
}

function percent(tally: Tally): string {
  return format(share(tally));
}

function interval(tally: Tally): string {
  const [low, high] = shareInterval(tally);
  return `${percent(tally)} (${format(low)} to ${format(high)})`;
}

function format(part: number): string {
  return `${(Math.round(part * 10_000) / 100).toString()} %`;
}

function minutes(tally: Tally): string {
  const [median, late] = [minuteOf(tally, 0.5), minuteOf(tally, 0.95)];
  return median === null || late === null ? "-" : `${median}, ${late}`;
}

function withMinutes(tally: Tally | undefined): string {
  if (!tally) return "";
  return tally.stopped > 0 ? `${percent(tally)} (${minutes(tally)})` : percent(tally);
}
