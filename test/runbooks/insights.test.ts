import { fieldsOf } from "./insights";

describe("the grammar of Logs Insights", () => {
  it("tells a query's fields from the names that it gives", () => {
    const query =
      "filter status >= 500 and @message like /a|b/\n| stats count(*) as n, max(latency_ms) by error.code, bin(5m)";
    expect([...fieldsOf(`${query}\n| sort n desc\n| limit 20`)]).toEqual([
      "status",
      "@message",
      "latency_ms",
      "error.code",
    ]);
  });

  it.each([
    "filtr status = 500",
    "filter status => 500",
    "filter status = 'open",
    "stats medium(latency_ms)",
    "stats count(*",
    "stats count(*) by",
    "fields @timestamp,",
    "limit many",
    "sort latency_ms downwards",
    "filter @message like status",
  ])("refuses `%s`", (query) => {
    expect(() => fieldsOf(query)).toThrow("Logs Insights");
  });
});
