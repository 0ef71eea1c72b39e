// How many instances serve a model version: the scaling of every endpoint that is hosted on instances, in the compiled template.
import { modelVersion } from "../../deploy/model-package";
import { packageService, type Resource } from "../../deploy/packaged-service";
import { checkParameters } from "../../deploy/plugins/stage-parameters";
import { ROOT } from "../../deploy/root";

const version = modelVersion(ROOT);
const previous = "0123456789ab";
const TYPES = ["AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"];

type Resources = Readonly<Record<string, Resource>>;

function resourcesOf(stage: string, ...params: readonly string[]): Resources {
  const service = packageService(stage, ...params.map((param) => `--param=${param}`));
  service.remove();
  return service.template.Resources;
}

const scaling = (resources: Resources) => Object.values(resources).filter(({ Type }) => TYPES.includes(Type));

describe("stage prod, with the model version that was live before", () => {
  let prod: Resources;
  beforeAll(() => {
    prod = resourcesOf("prod", `previousModel=${previous}`);
  }, 60_000);

  it.each([version, previous])("scales the endpoint of %s from 1 to 10 instances, once it is there", (id) => {
    expect(prod[`ScalableTarget${id}`]).toMatchObject({
      DependsOn: [`Endpoint${id}`],
      Properties: {
        ServiceNamespace: "sagemaker",
        ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
        ResourceId: `endpoint/serin-prod-${id}/variant/main`,
        MinCapacity: 1,
        MaxCapacity: 10,
      },
    });
    expect(prod[`EndpointConfig${id}`]?.Properties).toMatchObject({
      ProductionVariants: [{ VariantName: "main", InitialInstanceCount: 1 }],
    });
  });

  it.each([version, previous])(
    "tracks the invocations of an instance of %s: out after a minute, in after five",
    (id) => {
      expect(prod[`ScalingPolicy${id}`]?.Properties).toMatchObject({
        PolicyType: "TargetTrackingScaling",
        ScalingTargetId: { Ref: `ScalableTarget${id}` },
        TargetTrackingScalingPolicyConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
          TargetValue: expect.any(Number),
          ScaleOutCooldown: 60,
          ScaleInCooldown: 300,
        },
      });
    },
  );

  it("keeps the number of instances when a deployment changes an endpoint's configuration", () => {
    expect(prod[`Endpoint${version}`]?.Properties).toMatchObject({ RetainAllVariantProperties: true });
  });

  it("scales no endpoint that is not there", () => {
    expect(scaling(prod)).toHaveLength(4);
  });
});

it("takes limits and target from the parameters", () => {
  const resources = resourcesOf("prod", "minInstances=2", "maxInstances=4", "invocationsPerInstance=900");
  expect(resources[`ScalableTarget${version}`]?.Properties).toMatchObject({ MinCapacity: "2", MaxCapacity: "4" });
  expect(resources[`ScalingPolicy${version}`]?.Properties).toMatchObject({
    TargetTrackingScalingPolicyConfiguration: { TargetValue: "900" },
  });
  expect(resources[`EndpointConfig${version}`]?.Properties).toMatchObject({
    ProductionVariants: [{ InitialInstanceCount: "2" }],
  });
}, 60_000);

it.each([
  ["serverless", { ServerlessConfig: { MaxConcurrency: 10 } }],
  ["fixed", { InitialInstanceCount: 1, InstanceType: "ml.c6i.large" }],
])(
  "scales nothing when the model is hosted %s",
  (hosting, variant) => {
    const resources = resourcesOf("prod", `hosting=${hosting}`);
    expect(scaling(resources)).toEqual([]);
    expect(resources[`EndpointConfig${version}`]?.Properties).toMatchObject({ ProductionVariants: [variant] });
  },
  60_000,
);

const LIMITS = { minInstances: "1", maxInstances: "10", invocationsPerInstance: "600" };

it.each([
  [{ minInstances: "0" }, /minInstances is "0"; it can be a whole number of instances, 1 to 10/],
  [{ maxInstances: "11" }, /maxInstances is "11"; it can be a whole number of instances, 1 to 10/],
  [{ invocationsPerInstance: "many" }, /invocationsPerInstance is "many"; it can be a whole number/],
  [{ minInstances: "10", maxInstances: "9" }, /minInstances is 10, more than maxInstances, which is 9/],
])("refuses %j", (changes, message) => {
  const values = { ...LIMITS, ...changes };
  expect(() => checkParameters(values, Object.keys(values))).toThrow(message);
});
