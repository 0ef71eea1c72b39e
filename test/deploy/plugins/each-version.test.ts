import { expandEachVersion } from "../../../deploy/plugins/each-version";

describe("expanding EachVersion", () => {
  it("repeats a resource for each version, with its name, its properties and its references", () => {
    const resources = {
      Other: { Value: 1 },
      ModelEachVersion: { Url: { "Fn::Sub": "s3://bucket/EachVersion" } },
      EndpointEachVersion: { Model: { "Fn::GetAtt": ["ModelEachVersion", "Name"] } },
    };
    expect(expandEachVersion(resources, ["a1", "b2"])).toEqual({
      Other: { Value: 1 },
      Modela1: { Url: { "Fn::Sub": "s3://bucket/a1" } },
      Modelb2: { Url: { "Fn::Sub": "s3://bucket/b2" } },
      Endpointa1: { Model: { "Fn::GetAtt": ["Modela1", "Name"] } },
      Endpointb2: { Model: { "Fn::GetAtt": ["Modelb2", "Name"] } },
    });
  });

  it("repeats an item of a list, as text or as Fn::Sub, and no list around it", () => {
    const template = {
      Policies: [{ Resource: [{ "Fn::Sub": "arn/EachVersion" }, "*"] }],
      DependsOn: ["EndpointEachVersion", "X"],
    };
    expect(expandEachVersion(template, ["a1", "b2"])).toEqual({
      Policies: [{ Resource: [{ "Fn::Sub": "arn/a1" }, { "Fn::Sub": "arn/b2" }, "*"] }],
      DependsOn: ["Endpointa1", "Endpointb2", "X"],
    });
  });

  it("leaves everything else as it is", () => {
    const template = { a: [1, null, true, { b: "c" }], d: null };
    expect(expandEachVersion(template, ["a1"])).toEqual(template);
  });
});
