// Operating characteristics: how often, and after how long, each way to watch a canary stops releases of one kind.
import { qualify } from "./qualification";
import { seededRandom } from "./random";
import { MINUTES, type Scenario, type Service, simulateRelease } from "./traffic";
import type { Watch } from "./watches";

/** What happened to some releases. */
export interface Tally {
  readonly releases: number;
  stopped: number;
  /** By minute after the shift; [0] is before any traffic. */
  readonly byMinute: number[];
}

/** One kind of release under one kind of service. */
export interface Cell {
  readonly service: Service;
  readonly scenario: Scenario;
  readonly releases: number;
  readonly seed: number;
}

export const SCENARIOS = {
  harmless: scenario("harmless", {}),
  slowDay: scenario("harmless, both versions 50 % slower", { slowDay: 1.5 }),
  slow: scenario("50 % slower", { slower: 1.5 }),
  errors: scenario("5 % errors", { moreErrors: 0.05 }),
  wrong: scenario("15 points less accurate", { lessAccurate: 0.15 }),
} as const satisfies Record<string, Scenario>;

function scenario(name: string, harm: Partial<Scenario>): Scenario {
  return { name, slower: 1, moreErrors: 0, lessAccurate: 0, slowDay: 1, ...harm };
}

/** What became of the releases of a cell. */
export interface Observed {
  readonly hook: Tally;
  /** By watch, in their order. */
  readonly watches: readonly {
    readonly name: string;
    /** Had there been no hook. */
    readonly alone: Tally;
    readonly afterHook: Tally;
  }[];
}

/**
 * Puts each release before the hook and, independently, before every watch.
 * @param passes - How often the hook asks the golden set; 0 leaves the hook out.
 * @param pause - Called after each release; what it throws ends the simulation.
 */
export async function observe(
  cell: Cell,
  passes: number,
  watches: readonly Watch[],
  pause: () => Promise<void> | undefined,
): Promise<Observed> {
  const empty = () => newTally(cell.releases);
  const observed = {
    hook: empty(),
    watches: watches.map(({ name }) => ({ name, alone: empty(), afterHook: empty() })),
  };
  for (const random of randoms(cell)) {
    const before = passes > 0 && qualify(cell.service, cell.scenario, passes, random) !== "pass" ? 0 : undefined;
    count(observed.hook, before);
    if (watches.length > 0) {
      const release = simulateRelease(cell.service, cell.scenario, random);
      watches.forEach((watch, at) => {
        const after = watch.stopsAt(release);
        count(observed.watches[at]?.alone, after);
        count(observed.watches[at]?.afterHook, before ?? after);
      });
    }
    await pause();
  }
  return observed;
}

/** A generator for each release, so that a release does not depend on the ones before it. */
function* randoms({ seed, releases }: Cell) {
  for (let release = 0; release < releases; release += 1) yield seededRandom(seed * 2 ** 20 + release);
}

function newTally(releases: number): Tally {
  return { releases, stopped: 0, byMinute: Array.from({ length: MINUTES + 1 }, () => 0) };
}

function count(tally: Tally | undefined, minute: number | undefined): void {
  if (!tally || minute === undefined) return;
  tally.stopped += 1;
  tally.byMinute[minute] = (tally.byMinute[minute] ?? 0) + 1;
}

/** Minute by which `share` of the stopped releases were stopped; null when none was. */
export function minuteOf({ stopped, byMinute }: Tally, share: number): number | null {
  let seen = 0;
  for (const [minute, releases] of byMinute.entries()) {
    seen += releases;
    if (stopped > 0 && seen >= share * stopped) return minute;
  }
  return null;
}

/** Wilson's 95 % interval of the share stopped (E. B. Wilson, Journal of the American Statistical Association 22, 1927). */
export function shareInterval({ stopped, releases }: Tally): readonly [low: number, high: number] {
  const z2 = 1.959964 ** 2;
  const middle = (stopped + z2 / 2) / (releases + z2);
  const half = Math.sqrt(z2 * ((stopped * (releases - stopped)) / releases + z2 / 4)) / (releases + z2);
  return [Math.max(middle - half, 0), Math.min(middle + half, 1)];
}
