// Asks canary and stable version the same texts, warmed and interleaved, and collects their answers.
import { setMaxListeners } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { Answer } from "./ask";
import { type GoldenRow, vary } from "./golden";

export type Role = "canary" | "stable";

/** A role's answer to the golden row at index `row`. */
export interface Sample {
  readonly row: number;
  readonly answer: Answer;
}

export interface Comparison {
  /** In the order of their arrival; every row comes once a pass. */
  readonly samples: Readonly<Record<Role, readonly Sample[]>>;
  /** Why not everything was asked. */
  readonly stopped: "deadline" | "dead" | undefined;
}

interface CompareOptions {
  readonly ask: (role: Role, text: string, sub: string) => Promise<Answer>;
  /** Only the canary when there is nothing to compare it with. */
  readonly roles: readonly Role[];
  readonly rows: readonly GoldenRow[];
  /** Times that every row is asked. */
  readonly passes: number;
  /** Makes this run's texts and users differ from other runs'. */
  readonly runId: string;
  /** Ends the asking; what was answered by then is kept. */
  readonly deadline: AbortSignal;
  /** Milliseconds in which requests may fail uncounted, before the comparison. */
  readonly warmUpMs?: number;
}

/** Requests in flight, and so the sandboxes of one version that are needed at most. */
export const CONCURRENCY = 8;
/** Requests that warm one sandbox: its connections, and the code that is compiled once it has run often enough. */
export const WARM_UP_REQUESTS = 10;
/** A side that failed all of its first requests is dead; this many are told within seconds. */
export const DEAD_AFTER = 20;
/** Requests on one user's quota, which is 100 a minute with bursts of 200: none of a run is ever refused. */
export const REQUESTS_PER_SUB = 50;

/** Serverless endpoints let requests fail while they start. */
const WARM_UP_MS = 20_000;
const WARM_UP_PAUSE_MS = 500;
const WARM_UP_TEXT = "This is no review.";

/** @throws what `ask` throws, but for what the deadline interrupted. */
export async function compare({ warmUpMs = WARM_UP_MS, ...options }: CompareOptions): Promise<Comparison> {
  const { roles, deadline } = options;
  const ask = asker(options);
  const patience = AbortSignal.any([deadline, AbortSignal.timeout(warmUpMs)]);
  setMaxListeners(0, deadline, patience); // each request in flight, and each pause, is one
  await warmUp(ask, options, patience);
  const samples: Record<Role, Sample[]> = { canary: [], stable: [] };
  const dead = () => roles.every((role) => samples[role].length >= DEAD_AFTER) && roles.some((r) => isDead(samples[r]));
  const questions = questionsOf(options);
  const work = async () => {
    for (const { row, text, order } of questions) {
      for (const role of order) {
        const answer = await ask(role, text);
        if (answer) samples[role].push({ row, answer });
      }
      if (deadline.aborted || dead()) return; // which ends the questions for all workers
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { samples, stopped: deadline.aborted ? "deadline" : dead() ? "dead" : undefined };
}

/** Whether everything that was asked failed, and that was enough to tell. */
export function isDead(samples: readonly Sample[]): boolean {
  return samples.length >= DEAD_AFTER && samples.every(({ answer }) => answer.failure !== undefined);
}

type Asker = (role: Role, text: string) => Promise<Answer | undefined>;

/**
 * Asks on rotating users' quotas; undefined from the deadline on, which interrupts what is in flight.
 * Once a version could not be asked, it asks no more: what other workers still want is of no use.
 */
function asker({ ask, runId, deadline }: CompareOptions): Asker {
  let asked = 0;
  const broken = new AbortController();
  return async (role, text) => {
    const sub = `qualification-${runId}-${Math.floor(asked / REQUESTS_PER_SUB)}`;
    asked += 1;
    try {
      deadline.throwIfAborted();
      broken.signal.throwIfAborted();
      return await ask(role, text, sub);
    } catch (error) {
      if (deadline.aborted) return undefined;
      broken.abort(error);
      throw error;
    }
  };
}

/** Has every sandbox answer a few times, and an endpoint that is starting answer at all; both sides at once. */
async function warmUp(ask: Asker, { roles, runId }: CompareOptions, patience: AbortSignal): Promise<void> {
  const warmSandbox = async (role: Role, sandbox: number) => {
    for (let answered = 0; answered < WARM_UP_REQUESTS; ) {
      const answer = await ask(role, vary(WARM_UP_TEXT, `${runId}/${role}/${sandbox}/${answered}`));
      if (answer?.failure === undefined) answered += 1;
      else if (patience.aborted) return;
      else await pause(patience);
    }
  };
  const sandboxes = Array.from({ length: CONCURRENCY }, (_, sandbox) => sandbox);
  await Promise.all(roles.flatMap((role) => sandboxes.map((sandbox) => warmSandbox(role, sandbox))));
}

async function pause(patience: AbortSignal): Promise<void> {
  await setTimeout(WARM_UP_PAUSE_MS, undefined, { signal: patience }).catch(() => undefined);
}

interface Question {
  readonly row: number;
  readonly text: string;
  readonly order: readonly Role[];
}

/** The side that goes first alternates by row, and by pass for the same row: what slows the second one slows both alike. */
function* questionsOf({ roles, rows, passes, runId }: CompareOptions): Generator<Question, void> {
  for (let pass = 0; pass < passes; pass += 1) {
    for (const [row, { text }] of rows.entries()) {
      const order = (row + pass) % 2 === 0 ? roles : roles.toReversed();
      yield { row, text: vary(text, `${runId}/${pass}`), order };
    }
  }
}
