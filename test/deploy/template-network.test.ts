// The two networks of the function predict, in the compiled template: public by default, private without a way to the internet.
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
  it("runs predict in two private subnets, in two zones, and nothing else", () => {
    const attached = ofType(privately, "AWS::Lambda::Function").filter(({ Properties }) => "VpcConfig" in Properties);
    expect(attached).toEqual([resource("PredictLambdaFunction")]);
    expect(resource("PredictLambdaFunction")?.Properties["VpcConfig"]).toEqual({
      SecurityGroupIds: [{ Ref: "PredictSecurityGroup" }],
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

  it("reaches what predict needs through endpoints that allow only that", () => {
    const endpoints = ofType(privately, "AWS::EC2::VPCEndpoint").map(({ Properties }) => Properties);
    expect(endpoints).toHaveLength(3);
    for (const { PolicyDocument } of endpoints) {
      expect(JSON.stringify(PolicyDocument)).toContain('{"Fn::GetAtt":["PredictRole","Arn"]}');
      expect(JSON.stringify(PolicyDocument)).not.toContain('"Resource":"*"');
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

  it("lets predict send HTTPS, lets nobody in but predict into the endpoint", () => {
    expect(resource("PredictSecurityGroup")?.Properties).toMatchObject({
      SecurityGroupEgress: [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }],
    });
    expect(resource("PredictSecurityGroup")?.Properties).not.toHaveProperty("SecurityGroupIngress");
    expect(resource("EndpointSecurityGroup")?.Properties).toMatchObject({
      SecurityGroupIngress: [{ FromPort: 443, ToPort: 443, SourceSecurityGroupId: { Ref: "PredictSecurityGroup" } }],
      SecurityGroupEgress: [{ CidrIp: "127.0.0.1/32" }],
    });
  });

  it("gives the role its rights before Lambda attaches the function, and keeps them from its code", () => {
    expect(resource("PredictLambdaFunction")?.DependsOn).toContain("PredictNetworkPolicy");
    const [allow, deny] = [
      Reflect.get(Object(resource("PredictNetworkPolicy")?.Properties["PolicyDocument"]), "Statement"),
    ].flat();
    expect(allow).toMatchObject({ Effect: "Allow" });
    expect(deny).toMatchObject({
      Effect: "Deny",
      Action: allow.Action,
      Condition: { ArnLike: { "lambda:SourceFunctionArn": expect.anything() } },
    });
  });

  it("is another version of the function, so that it is released like any other", () => {
    const versions = ({ template }: PackagedService) =>
      Object.keys(template.Resources).filter((name) => name.startsWith("PredictLambdaVersion"));
    expect(versions(privately)).not.toEqual(versions(publicly));
  });
});
