// The rate limit's arithmetic: GCRA, the generic cell rate algorithm (ITU-T I.371, annex A), in virtual scheduling form.

/** How much one user may send. */
export interface RateLimit {
  /** Whole milliseconds between requests at the sustained rate (the emission interval): whole, so that sums are exact. */
  readonly intervalMs: number;
  /** Requests that may come at once after a quiet time. */
  readonly burst: number;
}

/** The product's quota: 100 requests a minute per user, bursts of 200. */
export const USER_LIMIT: RateLimit = { intervalMs: 600, burst: 200 };

/** The sustained rate in requests a minute. */
export function perMinute({ intervalMs }: RateLimit): number {
  return 60_000 / intervalMs;
}

/**
 * Where users' theoretical arrival times (TAT, ms since the epoch) are kept. Each method is one atomic conditional write;
 * a TAT never moves backwards.
 */
export interface ArrivalStore {
  /** Sets TAT to `now + increment` where there is none or it is <= `now`. */
  startFrom(user: string, now: number, increment: number): Promise<Write>;
  /** Adds `increment` to a TAT with `now` < TAT <= `latest`. */
  advance(user: string, now: number, increment: number, latest: number): Promise<Write>;
}

/** A conditional write: the TAT it left behind, or the one (if any) that refused it. */
export type Write =
  | { readonly applied: true; readonly tat: number }
  | { readonly applied: false; readonly tat: number | undefined };

/** The limiter's answer to one request. */
export interface Decision {
  readonly allowed: boolean;
  /** Requests that would be let through right now. */
  readonly remaining: number;
  /** Seconds until the whole burst is available again. */
  readonly resetSeconds: number;
  /** Seconds until this request would be let through; 0 when it is. */
  readonly retryAfterSeconds: number;
}

/** Raised when conditional writes keep contradicting each other, which expiring items and skewed clocks can cause. */
export class ContentionError extends Error {
  override readonly name = "ContentionError";
}

const MAX_ROUNDS = 3;

/**
 * Charges `user` for one request of the given price, exactly, under any concurrency.
 * Two conditional writes stand for the missing max(TAT, now): the first serves users who were quiet, the second the others.
 * @param now - ms since the epoch.
 * @param cost - price in requests.
 * @throws ContentionError, and whatever the store throws.
 */
export async function takeToken(
  store: ArrivalStore,
  limit: RateLimit,
  user: string,
  now: number,
  cost = 1,
): Promise<Decision> {
  const increment = cost * limit.intervalMs;
  const latest = now + (limit.burst - cost) * limit.intervalMs;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const started = await store.startFrom(user, now, increment);
    if (started.applied) return decide(true, started.tat, now, limit, cost);
    if (started.tat !== undefined && started.tat > latest) return decide(false, started.tat, now, limit, cost);
    const advanced = await store.advance(user, now, increment, latest);
    if (advanced.applied) return decide(true, advanced.tat, now, limit, cost);
    if (advanced.tat !== undefined && advanced.tat > latest) return decide(false, advanced.tat, now, limit, cost);
    // The item expired between the two writes: start over.
  }
  throw new ContentionError(`no decision after ${MAX_ROUNDS} rounds`);
}

function decide(allowed: boolean, tat: number, now: number, limit: RateLimit, cost: number): Decision {
  const backlog = Math.max(tat - now, 0);
  return {
    allowed,
    remaining: Math.max(Math.floor(limit.burst - backlog / limit.intervalMs), 0),
    resetSeconds: Math.ceil(backlog / 1000),
    retryAfterSeconds: allowed ? 0 : Math.ceil((backlog - (limit.burst - cost) * limit.intervalMs) / 1000),
  };
}
