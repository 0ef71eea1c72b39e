// The two networks of the API's functions, in the compiled template: public by default, private without a way to the internet.
import { type PackagedService, packageService, type Resource } from "../../deploy/packaged-service";

let publicly: PackagedService;
let privately: PackagedService;
beforeAll(() => {
  publicly = packageService("prod");
  privately = packageService("prod", "--param=network=private");
}, 120_000);
afterAll(() => {
  publicly.remove();
  privately.remove();
});

const API_FUNCTIONS = ["Predict", "Explain", "Explainability"];

const ofType = ({ template }: PackagedService, type: string): Resource[] =>
  Object.values(template.Resources).filter(({ Type }) => Type.startsWith(type));
const resource = (name: string) => privately.template.Resources[name];

describe("a public stage", () => {
  it("has no network of its own", () => {
    expect(ofType(publicly, "AWS::EC2::")).toEqual([]);
    expect(publicly.template.Resources["PredictLambdaFunction"]?.Properties).not.toHaveProperty("VpcConfig");
    expect(JSON.stringify(publicly.template)).not.toContain("ec2:");
  });
});

describe("a private stage", () => {
  it("runs the API's functions in two private subnets, in two zones, and nothing else", () => {
    const attached = ofType(privately, "AWS::Lambda::Function").filter(({ Properties }) => "VpcConfig" in Properties);
    expect(attached).toEqual(API_FUNCTIONS.map((name) => resource(`${name}LambdaFunction`)));
    for (const { Properties } of attached)
      expect(Properties["VpcConfig"]).toEqual({
        SecurityGroupIds: [{ Ref: "ApiSecurityGroup" }],
        SubnetIds: [{ Ref: "PrivateSubnetA" }, { Ref: "PrivateSubnetB" }],
      });
    const zones = ofType(privately, "AWS::EC2::Subnet").flatMap(({ Type, Properties }) =>
      Type === "AWS::EC2::Subnet" ? [JSON.stringify(Properties["AvailabilityZone"])] : [],
    );
    expect(new Set(zones).size).toBe(2);
  });

  it("has no way to the internet", () => {
    const ways = ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route", "AWS::EC2::VPCGateway"];
    for (const { Type } of ofType(privately, "AWS::EC2::"))
      expect(ways.filter((way) => Type === way || Type.startsWith(`${way}Attachment`))).toEqual([]);
    expect(JSON.stringify(privately.template)).not.toContain("MapPublicIpOnLaunch");
  });

  it("logs what its network refuses, for a month", () => {
    expect(ofType(privately, "AWS::EC2::FlowLog")).toMatchObject([
      { Properties: { ResourceId: { Ref: "Vpc" }, TrafficType: "REJECT", LogGroupName: { Ref: "FlowLogGroup" } } },
    ]);
    expect(resource("FlowLogGroup")?.Properties).toMatchObject({ RetentionInDays: 30 });
  });

  it("reaches what each function needs through endpoints that allow only that", () => {
    expect(ofType(privately, "AWS::EC2::VPCEndpoint")).toHaveLength(3);
    const mayUse: Record<string, readonly string[]> = {
      SageMakerRuntimeEndpoint: ["Predict", "Explain"],
      DynamoDbEndpoint: API_FUNCTIONS,
      S3Endpoint: ["Explainability"],
    };
    for (const [name, functions] of Object.entries(mayUse)) {
      const policy = JSON.stringify(resource(name)?.Properties["PolicyDocument"]);
      expect(policy).not.toContain('"Resource":"*"');
      expect(API_FUNCTIONS.filter((one) => policy.includes(`["${one}Role","Arn"]`))).toEqual(functions);
    }
    expect(resource("SageMakerRuntimeEndpoint")?.Properties).toMatchObject({
      VpcEndpointType: "Interface",
      PrivateDnsEnabled: true,
    });
    for (const name of ["DynamoDbEndpoint", "S3Endpoint"])
      expect(resource(name)?.Properties).toMatchObject({
        VpcEndpointType: "Gateway",
        RouteTableIds: [{ Ref: "PrivateRoutes" }],
      });
  });

  it("lets S3 be read for nothing but the newest report's summary", () => {
    expect(resource("S3Endpoint")?.Properties["PolicyDocument"]).toMatchObject({
      Statement: [
        { Action: "s3:GetObject", Resource: { "Fn::Sub": "${ReportsBucket.Arn}/latest/summary.json" } },
        { Action: "s3:ListBucket", Resource: { "Fn::GetAtt": ["ReportsBucket", "Arn"] } },
      ],
    });
  });

  it("lets the functions send HTTPS, lets nobody in but them into the endpoint", () => {
    expect(resource("ApiSecurityGroup")?.Properties).toMatchObject({
      SecurityGroupEgress: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }],
    });
    expect(resource("ApiSecurityGroup")?.Properties).not.toHaveProperty("SecurityGroupIngress");
    expect(resource("EndpointSecurityGroup")?.Properties).toMatchObject({
      SecurityGroupIngress: [{ FromPort: 443, ToPort: 443, SourceSecurityGroupId: { Ref: "ApiSecurityGroup" } }],
      SecurityGroupEgress: [{ CidrIp: "127.0.0.1/32" }],
    });
  });

  it("gives the roles their rights before Lambda attaches the functions, and keeps them from their code", () => {
    for (const name of API_FUNCTIONS)
      expect(resource(`${name}LambdaFunction`)?.DependsOn).toContain("ApiNetworkPolicy");
    const [allow, deny] = [
      Reflect.get(Object(resource("ApiNetworkPolicy")?.Properties["PolicyDocument"]), "Statement"),
    ].flat();
    expect(allow).toMatchObject({ Effect: "Allow" });
    expect(deny).toMatchObject({
      Effect: "Deny",
      Action: allow.Action,
      Condition: { ArnLike: { "lambda:SourceFunctionArn": API_FUNCTIONS.map(() => expect.anything()) } },
    });
  });

  it("is another version of the function, so that it is released like any other", () => {
    const versions = ({ template }: PackagedService) =>
      Object.keys(template.Resources).filter((name) => name.startsWith("PredictLambdaVersion"));
    expect(versions(privately)).not.toEqual(versions(publicly));
  });
});
