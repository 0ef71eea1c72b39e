// Says on stderr what is being measured, and about how long the rest takes.

/** Steps of known length. */
export class Progress {
  private planned = 0;
  private done = 0;
  private running = 0;

  /** @param seconds - Of all steps together. */
  plan(seconds: number): void {
    this.planned = seconds;
  }

  /** Starts a step that takes about so many seconds; the one before has ended. */
  step(what: string, seconds: number): void {
    this.done += this.running;
    this.running = seconds;
    this.note(`${what} · ${timeLeft(Math.max(this.planned - this.done, 0))} left`);
  }

  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }
}

/** Minutes and seconds, as one says them. */
export function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
