import { DashboardPlugin, dashboardText } from "../../../deploy/plugins/dashboard";
import { makeService } from "./service";

const row = (height: number, ...widgets: readonly Readonly<Record<string, unknown>>[]) => ({ height, widgets });
const body = (...rows: ReturnType<typeof row>[]) => ({ start: "-PT3H", periodOverride: "inherit", rows: [rows] });
const written = (given: ReturnType<typeof body>, versions: readonly string[] = []) =>
  JSON.parse(dashboardText(given, versions));

describe("the dashboard plugin", () => {
  it("places rows below each other, and shares what a row's given widths leave", () => {
    const text = { markdown: "x" };
    const { widgets, start } = written(body(row(3, { ...text, width: 10 }, text, text), row(5, text)));
    expect(start).toBe("-PT3H");
    expect(widgets).toMatchObject([
      { type: "text", x: 0, y: 0, width: 10, height: 3, properties: text },
      { x: 10, y: 0, width: 7 },
      { x: 17, y: 0, width: 7 },
      { x: 0, y: 3, width: 24, height: 5 },
    ]);
  });

  it("tells kinds of widgets apart, and gives graphs what all of them have", () => {
    const { widgets } = written(body(row(3, { alarms: ["a"] }, { metrics: [["N", "m"]], period: 300 })));
    expect(widgets[0]).toMatchObject({ type: "alarm", properties: { alarms: ["a"] } });
    expect(widgets[1]).toMatchObject({
      type: "metric",
      properties: { region: "${AWS::Region}", view: "timeSeries", period: 300, metrics: [["N", "m"]] },
    });
  });

  it("repeats a metric of an endpoint for each model version, with its ids", () => {
    const metrics = [
      ["N", "m", "EndpointName", "e-EachVersion", { id: "mEachVersion" }],
      ["N", "other"],
    ];
    const { widgets } = written(body(row(3, { metrics })), ["a1", "b2"]);
    expect(widgets[0].properties.metrics).toEqual([
      ["N", "m", "EndpointName", "e-a1", { id: "ma1" }],
      ["N", "m", "EndpointName", "e-b2", { id: "mb2" }],
      ["N", "other"],
    ]);
  });

  it("writes small numbers out, and limits as numbers", () => {
    const metrics = [[{ id: "a", expression: "2 * b * 6.25e-7 + e7" }]];
    const { widgets } = written(body(row(3, { metrics, annotations: { horizontal: [{ value: "10" }] } })));
    expect(widgets[0].properties.metrics[0][0].expression).toBe("2 * b * 0.000000625 + e7");
    expect(widgets[0].properties.annotations.horizontal[0].value).toBe(10);
  });

  it("writes the template's dashboard for the service's models, and misses it loudly", () => {
    const service = makeService({ model: { version: "a1", previous: "none" } });
    const write = new DashboardPlugin(service).hooks["after:aws:package:finalize:mergeCustomProviderResources"];
    expect(write).toThrow("deploy/dashboard.yml must have a Dashboard with rows");
    const properties: Record<string, unknown> = { DashboardBody: body(row(1, { metrics: [["N", "EachVersion"]] })) };
    const resources = service.service.provider.compiledCloudFormationTemplate.Resources;
    resources["Dashboard"] = { Type: "AWS::CloudWatch::Dashboard", Properties: properties };
    write();
    expect(properties["DashboardBody"]).toEqual({ "Fn::Sub": expect.stringContaining('[["N","a1"]]') });
  });
});
