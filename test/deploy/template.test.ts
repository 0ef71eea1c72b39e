// Properties of the compiled CloudFormation, since what counts is what is deployed, not what the YAML says.
import { modelVersion } from "../../deploy/model-package";
import { type PackagedService, packageService, type Resource } from "../../deploy/packaged-service";
import { ROOT } from "../../deploy/root";

let prod: PackagedService;
beforeAll(() => {
  prod = packageService("prod");
}, 60_000);
afterAll(() => prod.remove());

const version = modelVersion(ROOT); // without AWS, the one in the working tree
const resource = (name: string): Resource | undefined => prod.template.Resources[name];
const ofType = (type: string) => Object.values(prod.template.Resources).filter(({ Type }) => Type === type);

describe("the packaged template of stage prod", () => {
  it("keeps POST /predict behind a JWT authorizer with the scope", () => {
    expect(resource("HttpApiRoutePostPredict")?.Properties).toMatchObject({
      RouteKey: "POST /predict",
      AuthorizationType: "JWT",
      AuthorizerId: { Ref: "HttpApiAuthorizerCognito" },
      AuthorizationScopes: ["serin/predict"],
    });
  });

  it("accepts tokens of its own pool and of its two app clients only", () => {
    expect(resource("HttpApiAuthorizerCognito")?.Properties).toMatchObject({
      AuthorizerType: "JWT",
      JwtConfiguration: {
        Audience: [{ Ref: "MachineClient" }, { Ref: "PeopleClient" }],
        Issuer: { "Fn::Sub": "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}" },
      },
    });
    expect(ofType("AWS::Cognito::UserPoolClient")).toHaveLength(2);
    expect(resource("MachineClient")?.Properties).toMatchObject({
      GenerateSecret: true,
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthScopes: ["serin/predict", "serin/explain"],
    });
    expect(resource("PeopleClient")?.Properties).toMatchObject({ GenerateSecret: false, AllowedOAuthFlows: ["code"] });
  });

  it.each([
    ["PredictLambdaFunction", "PredictRole"],
    ["HookLambdaFunction", "HookRole"],
    ["QualifyLambdaFunction", "QualifyRole"],
  ])("runs %s on nodejs22.x arm64 with a role of its own", (name, role) => {
    expect(resource(name)?.Properties).toMatchObject({
      Runtime: "nodejs22.x",
      Architectures: ["arm64"],
      Role: { "Fn::GetAtt": [role, "Arn"] },
    });
  });

  it("lets the function invoke its endpoint, write the limiter's table and its own log, nothing else", () => {
    const [policy] = [resource("PredictRole")?.Properties["Policies"]].flat();
    const scope = "${AWS::Region}:${AWS::AccountId}";
    expect(policy).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Action: "sagemaker:InvokeEndpoint",
            Resource: [{ "Fn::Sub": `arn:\${AWS::Partition}:sagemaker:${scope}:endpoint/serin-prod-${version}` }],
          },
          { Action: "dynamodb:UpdateItem", Resource: { "Fn::GetAtt": ["RateLimitTable", "Arn"] } },
          {
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: { "Fn::Sub": `arn:\${AWS::Partition}:logs:${scope}:log-group:/aws/lambda/serin-prod-predict:*` },
          },
        ],
      },
    });
    expect(resource("PredictRole")?.Properties).not.toHaveProperty("ManagedPolicyArns");
    expect(Reflect.get(Object(policy), "PolicyDocument")).toHaveProperty("Statement.length", 3);
  });

  it("pins the function to the endpoint of the packaged model", () => {
    expect(resource(`Endpoint${version}`)?.Properties).toMatchObject({ EndpointName: `serin-prod-${version}` });
    expect(resource("PredictLambdaFunction")?.Properties).toMatchObject({
      Environment: { Variables: { MODEL_ENDPOINT: `serin-prod-${version}`, MODEL_VERSION: version } },
    });
    expect(JSON.stringify(resource(`Model${version}`)?.Properties)).toContain(`/models/${version}/model.tar.gz`);
  });

  it("expires the limiter's items", () => {
    expect(resource("RateLimitTable")?.Properties).toMatchObject({
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
    });
  });

  it("keeps the user pool when the stack goes", () => {
    expect(resource("UserPool")?.DeletionPolicy).toBe("Retain");
  });

  it("hosts on an instance that is always there", () => {
    expect(resource(`EndpointConfig${version}`)?.Properties).toMatchObject({
      ProductionVariants: [{ InitialInstanceCount: 1, InstanceType: "ml.c6i.large" }],
    });
  });

  it("runs the model without network: its packages come with it, and nothing is installed from elsewhere", () => {
    expect(resource(`Model${version}`)?.Properties).toMatchObject({
      EnableNetworkIsolation: true,
      PrimaryContainer: { Environment: { PYTHONPATH: "/opt/ml/model/lib", PIP_NO_INDEX: "1" } },
    });
    expect(JSON.stringify(resource(`Model${version}`)?.Properties)).toContain(
      "sagemaker-scikit-learn:1.4-2-py312-cpu-py3",
    );
  });
});

describe("the packaged template of stage dev", () => {
  it("scales to zero and leaves nothing behind", () => {
    const dev = packageService("dev");
    try {
      expect(dev.template.Resources[`EndpointConfig${version}`]?.Properties).toMatchObject({
        ProductionVariants: [{ ServerlessConfig: { MemorySizeInMB: 2048 } }],
      });
      expect(dev.template.Resources[`Model${version}`]?.Properties).toMatchObject({ EnableNetworkIsolation: false });
      expect(dev.template.Resources["UserPool"]?.DeletionPolicy).toBe("Delete");
    } finally {
      dev.remove();
    }
  }, 60_000);

  it("names the parameter that is wrong", () => {
    expect(() => packageService("dev", "--param=hosting=sometimes")).toThrow(/hosting/);
  }, 60_000);
});
