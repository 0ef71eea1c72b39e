// What the two versions published of themselves, over the window that the alarms look at.
import { WINDOW_SECONDS } from "../../../src/release/rule";
import type { MetricDatum } from "../alarms/alarm";
import { statistic } from "../alarms/statistics";

/** One version in one window. */
export interface VersionWindow {
  readonly requests: number;
  /** Share of requests that it failed; null without requests. */
  readonly errorRate: number | null;
  /** Of compared latencies, in ms; null without any. */
  readonly p95Ms: number | null;
  /** Number of compared latencies. */
  readonly compared: number;
}

const SERVICE = "predict";

/** The metrics of a release's versions as far as they are known. */
export class VersionMetrics {
  private readonly data: MetricDatum[] = [];

  add(datum: MetricDatum): void {
    if (datum.dimensions["service"] === SERVICE) this.data.push(datum);
  }

  /** The newest datum's time in ms since the epoch; undefined without any. */
  get newestMs(): number | undefined {
    return this.data.reduce<number | undefined>(
      (newest, { timestampMs }) => (newest === undefined || timestampMs > newest ? timestampMs : newest),
      undefined,
    );
  }

  /** What the alarms see of a version at one moment. */
  window(version: string, endMs: number, timeScale: number): VersionWindow {
    const from = endMs - (WINDOW_SECONDS * 1000) / timeScale;
    const inWindow = this.data.filter(
      ({ timestampMs, dimensions }) =>
        timestampMs > from && timestampMs <= endMs && dimensions["FunctionVersion"] === version,
    );
    const values = (name: string) => inWindow.filter((datum) => datum.name === name).map(({ value }) => value);
    const requests = statistic("Sum", values("Requests")) ?? 0;
    const latencies = values("ComparedLatency");
    return {
      requests,
      errorRate: requests > 0 ? (statistic("Sum", values("Faults")) ?? 0) / requests : null,
      p95Ms: statistic("p95", latencies),
      compared: latencies.length,
    };
  }
}
