import { metricsIn } from "../../../src/release/qualification/log-tail";

const emf = (values: object) => JSON.stringify({ _aws: { Timestamp: 1 }, Faults: 0, ...values });
const tail = (...lines: string[]) => Buffer.from(lines.join("\n")).toString("base64");

describe("metricsIn", () => {
  it("reads the last EMF line, whatever surrounds it", () => {
    const log = tail(
      "START",
      emf({ ComparedLatency: 1 }),
      '{"level":"INFO"}',
      emf({ ComparedLatency: 12.5 }),
      "END",
      "",
    );
    expect(metricsIn(log)).toEqual({ faults: 0, comparedLatencyMs: 12.5 });
  });

  it("knows a fault, which has no compared latency", () => {
    expect(metricsIn(tail(emf({ Faults: 1 })))).toEqual({ faults: 1, comparedLatencyMs: undefined });
  });

  it.each<[string, string | undefined]>([
    ["there is no log tail", undefined],
    ["it is empty", ""],
    ["it has no EMF line", tail("START", '{"level":"INFO","Faults":1}', "END")],
    ["its only EMF line is cut off", tail(emf({ ComparedLatency: 1 }).slice(5), "END")],
    ["its EMF line is of other metrics", tail('{"_aws":{},"Requests":1}')],
    ["its metrics are no numbers", tail(emf({ Faults: "none" }))],
    ["it is no base64", "%%%"],
  ])("finds nothing when %s", (_name, log) => {
    expect(metricsIn(log)).toBeUndefined();
  });
});
