// Reads what a version measured of one request from the log tail of its invocation.

/** The metrics of one request that releases are compared by; the same values that the alarms see. */
export interface RequestMetrics {
  readonly faults: number;
  /** Measured by the version's own monotonic clock; undefined for a sandbox's first request and for failures. */
  readonly comparedLatencyMs: number | undefined;
}

/**
 * The metrics in the last EMF line of a log tail; undefined when there is none.
 * @param logResult - `LogResult` of an invocation with `LogType: Tail`: base64 of the log's last 4 KB.
 */
export function metricsIn(logResult: string | undefined): RequestMetrics | undefined {
  const log = Buffer.from(logResult ?? "", "base64").toString("utf8");
  for (const line of log.split("\n").reverse()) {
    const emf = line.includes('"_aws"') ? parse(line) : undefined;
    if (emf !== undefined) return emf;
  }
  return undefined;
}

function parse(line: string): RequestMetrics | undefined {
  try {
    const emf: unknown = JSON.parse(line);
    const faults = number(emf, "Faults");
    return faults === undefined ? undefined : { faults, comparedLatencyMs: number(emf, "ComparedLatency") };
  } catch {
    return undefined; // the tail may begin in the middle of a line
  }
}

function number(value: unknown, name: string): number | undefined {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "number" ? found : undefined;
}
