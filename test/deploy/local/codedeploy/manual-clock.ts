// A clock that stands still until a test moves it.
import type { Clock } from "../../../../deploy/local/codedeploy/clock";
import { until } from "../../../until";

interface Waiter {
  readonly atMs: number;
  readonly resolve: () => void;
}

export class ManualClock implements Clock {
  private nowMs = Date.UTC(2026, 0, 1);
  private waiters: Waiter[] = [];

  now(): number {
    return this.nowMs;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = { atMs: this.nowMs + ms, resolve };
      this.waiters.push(waiter);
      const give = () => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        reject(new Error("aborted"));
      };
      if (signal.aborted) give();
      signal.addEventListener("abort", give);
    });
  }

  get isAwaited(): boolean {
    return this.waiters.length > 0;
  }

  /** Waits until somebody waits, and moves to the first moment that somebody waits for. @returns Milliseconds moved. */
  async next(): Promise<number> {
    await until(() => this.isAwaited, 10_000);
    const due = Math.min(...this.waiters.map(({ atMs }) => atMs));
    const moved = due - this.nowMs;
    this.nowMs = due;
    const ready = this.waiters.filter(({ atMs }) => atMs === due);
    this.waiters = this.waiters.filter(({ atMs }) => atMs !== due);
    for (const { resolve } of ready) resolve();
    return moved;
  }
}
