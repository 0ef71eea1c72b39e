// The template's own alarms on sampled traffic: what pages, when, and how often; docs/slo.md says the same.
import { readFileSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "../../../../deploy/judge/random";
import { evaluateAlarm, type MetricDatum } from "../../../../deploy/local/alarms/alarm";
import { type PackagedService, packageService } from "../../../../deploy/packaged-service";
import { ROOT } from "../../../../deploy/root";
import { type Alarms, alarmsOf } from "../../alarms-of";
import { evaluate } from "../../evaluated-template";
import { Watch } from "./watch";

const MONTH = 30 * 24 * 60;
const INCIDENT = "serin-prod-incident";
const ATTENTION = "serin-prod-attention";
const page = readFileSync(path.join(ROOT, "docs", "slo.md"), "utf8");

let prod: PackagedService;
let alarms: Alarms;
beforeAll(() => {
  prod = packageService("prod", "--param=modelVersion=aaaaaaaaaaaa", "--param=previousModel=none");
  alarms = alarmsOf(evaluate(prod.template, {}));
}, 60_000);
afterAll(() => prod.remove());

/** The alarms of one objective, and what hears them. */
const only = (objective: string): Alarms => ({
  ...alarms,
  metric: alarms.metric.filter(({ AlarmName }) => AlarmName?.startsWith(`serin-prod-${objective}-`)),
});

/** What happens in one minute. */
interface Minute {
  readonly requests: number;
  readonly faults?: number;
  /** Requests that take 900 ms; the others take 100 ms. */
  readonly slow?: number;
}

const GATEWAY = { ApiId: "HttpApi", Stage: "$default" };
const ROUTE = { ...GATEWAY, Method: "POST", Resource: "/predict" };
const SERVICE = { service: "predict", stage: "prod" };

/** The metrics of a minute that ends at `at`. Counts come as one datum, latencies one by one where any is slow. */
function measured(at: number, { requests, faults = 0, slow }: Minute): MetricDatum[] {
  if (requests === 0) return [];
  const datum = (namespace: string, name: string, dimensions: MetricDatum["dimensions"], value: number) => ({
    namespace,
    name,
    dimensions,
    value,
    timestampMs: at * 60_000,
  });
  return [
    datum("AWS/ApiGateway", "Count", GATEWAY, requests),
    datum("AWS/ApiGateway", "Count", ROUTE, requests),
    ...(faults > 0 ? [datum("AWS/ApiGateway", "5xx", ROUTE, faults)] : []), // sparse, at worst
    datum("Serin", "Requests", SERVICE, requests),
    datum("Serin", "Faults", SERVICE, faults),
    ...(slow === undefined
      ? []
      : Array.from({ length: requests }, (_, index) =>
          datum("AWS/ApiGateway", "Latency", ROUTE, index < slow ? 900 : 100),
        )),
  ];
}

/** Watches the minutes from 1 on, after healthy traffic. @param step - Minutes from look to look; periods are multiples of 5. */
function watch(minutes: number, traffic: (minute: number) => Minute, step = 1, watched = alarms): Watch {
  const seen = new Watch(watched);
  const longest = longestPeriod(watched);
  let data: MetricDatum[] = [];
  for (let minute = step - longest; minute <= minutes; minute += step) {
    data.push(...measured(minute, traffic(minute)));
    if (minute <= 0) continue;
    if (minute % 60 === 0) data = data.filter(({ timestampMs }) => timestampMs > (minute - longest) * 60_000);
    seen.look(minute, data);
  }
  return seen;
}

/** Minutes. */
function longestPeriod({ metric }: Alarms): number {
  const seconds = metric.flatMap(({ Period = 0, Metrics = [] }) => [
    Period,
    ...Metrics.map(({ MetricStat }) => MetricStat?.Period ?? 0),
  ]);
  return Math.max(...seconds) / 60;
}

/** `share` of the requests of each minute fail, evened out; before minute 1 none does. */
const failing =
  (perMinute: number, share: number, until = Number.POSITIVE_INFINITY) =>
  (minute: number): Minute => {
    const upTo = (at: number) => Math.round(Math.max(at, 0) * perMinute * share);
    return { requests: perMinute, faults: minute > until ? 0 : upTo(minute) - upTo(minute - 1) };
  };

const firstPage = (seen: Watch) => seen.told.find(({ alarm }) => alarm === INCIDENT);

/** A row of the page's table: when it pages, which alarm, what is spent until then. */
function detection(share: number): string {
  const traffic = failing(600, share);
  const seen = watch(366, traffic, 1, only("availability"));
  const minutes = firstPage(seen)?.minute ?? Number.NaN;
  const early = watch(minutes, traffic, 1, only("availability"));
  const which = ["fast", "slow"].filter((burn) => early.stateOf(`serin-prod-availability-${burn}-burn`) === "ALARM");
  const spent = (100 * minutes * share) / (MONTH * 0.001);
  return `| ${share * 100} % | ${minutes} min | ${which.join(", ")} | ${spent.toFixed(1)} % |`;
}

describe("faults at 10 requests a second", () => {
  it.each([1, 0.1, 0.0144, 0.006])("of %p of the requests page as docs/slo.md says", (share) => {
    expect(page).toContain(detection(share));
  });

  it("below the slowest burn rate page never", () => {
    expect(firstPage(watch(400, failing(600, 0.0055), 1, only("availability")))).toBeUndefined();
  });
});

describe("one incident", () => {
  it("pages once and is told over once, though other alarms are on before, during and after", () => {
    const seen = watch(120, failing(600, 0.1, 30));
    expect(seen.told.map(({ alarm, state }) => [alarm, state])).toEqual([
      [INCIDENT, "ALARM"],
      [INCIDENT, "OK"],
    ]);
    expect(watch(5, failing(600, 0.1, 30)).stateOf(ATTENTION)).toBe("ALARM"); // 5 minutes: before the incident
  });

  it("is over soon after its cause, by the short window", () => {
    const over = watch(120, failing(600, 1, 30)).told.find(({ state }) => state === "OK");
    expect(over?.minute).toBeGreaterThan(30);
    expect(over?.minute).toBeLessThanOrEqual(30 + 30);
    expect(page).toContain(`ends ${Number(over?.minute) - 30} minutes after`);
  });
});

describe("what does not reach the burn rates", () => {
  it("is told once in working hours' alarm, after it could have become an incident", () => {
    const seen = watch(90, failing(600, 0.012, 60));
    expect(seen.told.map(({ alarm, state }) => [alarm, state])).toEqual([[ATTENTION, "ALARM"]]);
    expect(seen.told[0]?.minute).toBeGreaterThanOrEqual(15);
  });
});

describe("little traffic", () => {
  const hourly = (requests: number, faults: (hour: number) => number) => (minute: number) =>
    minute % 60 === 0 ? { requests, faults: faults(minute / 60) } : { requests: 0 };

  it("does not page for one failed request of three in an hour, nor for one in each hour", () => {
    expect(
      watch(
        600,
        hourly(3, (hour) => (hour === 2 ? 1 : 0)),
      ).told,
    ).toEqual([]);
    expect(
      watch(
        600,
        hourly(3, (hour) => (hour > 0 ? 1 : 0)),
      ).told,
    ).toEqual([]);
  });

  it("pages for an outage of 3 requests an hour, by the slow burn", () => {
    const seen = watch(600, (minute) =>
      minute % 20 === 0 ? { requests: 1, faults: minute > 0 ? 1 : 0 } : { requests: 0 },
    );
    expect(firstPage(seen)?.minute).toBe(10 * 20);
    expect(page).toContain("pages after 200 minutes");
  });
});

describe("a healthy month", () => {
  it.each([60, 12, 0.05])(
    "with 0.05 %% faults at %p requests a minute pages never",
    (perMinute) => {
      const random = seededRandom(Math.round(1000 * perMinute));
      const traffic = () => {
        const requests = random.poisson(5 * perMinute);
        return { requests, faults: random.binomial(requests, 0.0005) };
      };
      const availability = alarms.metric.filter(({ AlarmName }) => AlarmName?.includes("availability"));
      const seen = watch(MONTH, traffic, 5, { ...alarms, metric: availability });
      expect(seen.told.filter(({ alarm }) => alarm === INCIDENT)).toEqual([]);
    },
    120_000,
  );
});

describe("slow answers", () => {
  const slow = (perMinute: number, share: number) => (minute: number) => ({
    requests: perMinute,
    slow: minute > 0 ? Math.round(perMinute * share) : 0,
  });

  it("of all requests page by the fast burn", () => {
    const seen = watch(60, slow(5, 1), 1, only("latency"));
    expect(firstPage(seen)?.minute).toBe(44); // 72 % of an hour
    expect(seen.stateOf("serin-prod-latency-fast-burn")).toBe("ALARM");
    expect(page).toContain("| 100 % | 44 min | fast |");
  });

  it("of 40 % page by the slow burn", () => {
    const seen = watch(300, slow(5, 0.4), 1, only("latency"));
    expect(seen.stateOf("serin-prod-latency-fast-burn")).toBe("OK");
    expect(firstPage(seen)?.minute).toBe(270); // 30 % of six hours
    expect(page).toContain("| 40 % | 270 min | slow |");
  });

  it("of a stage that scales to zero do not page: each request of a quiet day is a cold start", () => {
    const seen = watch(600, (minute) => (minute % 15 === 0 ? { requests: 2, slow: 2 } : { requests: 0 }));
    expect(seen.told).toEqual([]);
  });
});

describe("traffic that ends", () => {
  const until = (perMinute: number) => (minute: number) => ({ requests: minute <= 0 ? perMinute : 0 });
  /** An hour of slow answers, then healthy ones, then nobody. */
  const slowHour = (healthyUntil: number) => (minute: number) => ({
    requests: minute > 0 && minute <= healthyUntil ? 5 : 0,
    slow: minute <= 60 ? 5 : 0,
  });
  const latency = (seen: Watch) =>
    ["fast", "slow"].map((burn) => seen.stateOf(`serin-prod-latency-${burn}-burn`)).join(", ");

  it("is not slow: it ends no healthy hour with an incident", () => {
    const seen = watch(60 + 60 + 180, slowHour(60 + 60), 1, only("latency"));
    expect(seen.told.map(({ alarm, state }) => [alarm, state])).toEqual([
      [INCIDENT, "ALARM"],
      [INCIDENT, "OK"],
    ]);
    expect(seen.told.at(-1)?.minute).toBeLessThanOrEqual(60 + 30);
    expect(latency(watch(60 + 60 + 30, slowHour(60 + 60), 1, only("latency")))).toBe("OK, OK");
  });

  it("ends an incident, by the short window", () => {
    expect(latency(watch(60, slowHour(60), 1, only("latency")))).toBe("ALARM, ALARM");
    expect(latency(watch(60 + 30, slowHour(60), 1, only("latency")))).toBe("OK, OK");
  });

  it("leaves each burn rate at 0: without a value CloudWatch would look at older ones", () => {
    const burning = alarms.metric.filter(({ AlarmName }) => AlarmName?.includes("-burn-"));
    expect(burning.map((alarm) => evaluateAlarm(alarm, [], { nowMs: 0, timeScale: 1 }).value)).toEqual(
      Array(8).fill(0),
    );
  });

  it("is told on a day that had many requests, once, and not for ever", () => {
    const seen = watch(200, until(2));
    expect(seen.told).toEqual([{ minute: 60 + 15, alarm: ATTENTION, state: "ALARM" }]);
    expect(watch(25 * 60, until(2), 5).stateOf(ATTENTION)).toBe("OK");
  });

  it("is not missed where it never was", () => {
    expect(watch(200, until(0)).told).toEqual([]);
    expect(watch(200, until(0.5)).told).toEqual([]);
  });
});
