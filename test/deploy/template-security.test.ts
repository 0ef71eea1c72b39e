// What the compiled template does for data in it: encryption, TLS, no public access, retention, tags, limits, hardened sign-in.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Resource, Template } from "../../deploy/packaged-service";
import { type PackagedService, packageService } from "../../deploy/packaged-service";

let prod: PackagedService;
let template: Template;
beforeAll(() => {
  prod = packageService("prod", "--param=owner=search-team", "--param=costCentre=4711");
  ({ template } = prod);
}, 60_000);
afterAll(() => prod.remove());

const properties = (name: string): Readonly<Record<string, unknown>> | undefined =>
  template.Resources[name]?.Properties;
const ofType = (type: string): [string, Resource][] =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

/** What the policies of a type are for that refuse requests without TLS, as JSON. */
function refusingPlainHttp(type: string, target: string): string {
  const REFUSAL = /"Effect":"Deny".*"aws:SecureTransport":"?false/;
  const policies = ofType(type).filter(([, { Properties }]) => REFUSAL.test(sortedJson(Properties)));
  return JSON.stringify(policies.map(([, { Properties }]) => Properties[target]));
}

/** JSON in which `Effect` comes first, whatever the template's order. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || !("Effect" in member)) return member;
    const { Effect, ...rest } = member;
    return { Effect, ...rest };
  });
}

describe("every bucket", () => {
  it("is private, versioned, encrypted and owned by the account; replaced objects expire", () => {
    expect(ofType("AWS::S3::Bucket").length).toBeGreaterThan(0);
    for (const [, { Properties }] of ofType("AWS::S3::Bucket")) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: "Enabled" },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      });
      expect(JSON.stringify(Properties["BucketEncryption"])).toMatch(/AES256|aws:kms/);
      expect(JSON.stringify(Properties["LifecycleConfiguration"])).toContain('"NoncurrentDays":30');
    }
  });

  it("with models in it keeps every current object", () => {
    const lifecycle = JSON.stringify(properties("ServerlessDeploymentBucket")?.["LifecycleConfiguration"]);
    expect(lifecycle).not.toMatch(/"Expiration(InDays|Date)"/);
  });

  it("refuses what does not come over TLS", () => {
    const covered = refusingPlainHttp("AWS::S3::BucketPolicy", "Bucket");
    for (const [name] of ofType("AWS::S3::Bucket")) expect(covered).toContain(`{"Ref":"${name}"}`);
  });
});

describe("every topic", () => {
  it("is encrypted with the stage's key and refuses what does not come over TLS", () => {
    const covered = refusingPlainHttp("AWS::SNS::TopicPolicy", "Topics");
    expect(ofType("AWS::SNS::Topic").length).toBeGreaterThan(0);
    for (const [name, { Properties }] of ofType("AWS::SNS::Topic")) {
      expect(Properties["KmsMasterKeyId"]).toEqual({ Ref: "Key" });
      expect(covered).toContain(`{"Ref":"${name}"}`);
    }
  });
});

describe("the key", () => {
  it("rotates, waits 30 days before it is deleted, and stays when the stack goes", () => {
    expect(properties("Key")).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
    expect(template.Resources["Key"]?.DeletionPolicy).toBe("Retain");
    expect(properties("KeyAlias")).toMatchObject({ AliasName: "alias/serin-prod", TargetKeyId: { Ref: "Key" } });
  });
});

describe("every log group", () => {
  it("keeps lines for a limited time", () => {
    for (const [name, { Properties }] of ofType("AWS::Logs::LogGroup"))
      expect([name, Properties["RetentionInDays"]]).toEqual([name, name === "ReleaseLog" ? 365 : 30]);
  });

  it("is there for each function, so that Lambda does not make one that keeps lines for ever", () => {
    const groups = ofType("AWS::Logs::LogGroup").map(([, { Properties }]) => Properties["LogGroupName"]);
    for (const [, { Properties }] of ofType("AWS::Lambda::Function"))
      expect(groups).toContain(`/aws/lambda/${String(Properties["FunctionName"])}`);
  });
});

describe("the access log", () => {
  const format = (): Record<string, unknown> => {
    const settings: unknown = Reflect.get(properties("HttpApiStage") ?? {}, "AccessLogSettings");
    return JSON.parse(String(Reflect.get(Object(settings), "Format")));
  };

  it("is JSON and says who, what and how it ended", () => {
    expect(format()).toMatchObject({
      requestId: "$context.requestId",
      status: "$context.status",
      user: "$context.authorizer.claims.sub",
    });
  });

  it("has no token, no address, no browser and no text", () => {
    expect(JSON.stringify(format())).not.toMatch(/identity|header|body|token|authorization|querystring|path/i);
  });
});

describe("the API", () => {
  it("limits what all users together may cost", () => {
    expect(properties("HttpApiStage")).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 500 },
    });
  });

  it("allows no other origin", () => {
    expect(properties("HttpApi")).not.toHaveProperty("CorsConfiguration");
  });
});

describe("sign-in", () => {
  it("keeps the user pool from deletion in prod, and lets an administrator only make users", () => {
    expect(properties("UserPool")).toMatchObject({
      DeletionProtection: "ACTIVE",
      MfaConfiguration: "OPTIONAL",
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    });
  });

  it("lets tokens be revoked, ends them after an hour, and takes no plain password", () => {
    for (const [, { Properties }] of ofType("AWS::Cognito::UserPoolClient")) {
      expect(Properties).toMatchObject({ EnableTokenRevocation: true, AccessTokenValidity: 60 });
      expect(JSON.stringify(Properties["ExplicitAuthFlows"])).not.toContain("PASSWORD_AUTH");
      expect(JSON.stringify(Properties["AllowedOAuthFlows"])).not.toContain("implicit");
    }
  });
});

describe("tags", () => {
  const TAGS = { service: "serin", stage: "prod", owner: "search-team", "cost-centre": "4711" };

  it("are the stack's, which CloudFormation gives to everything that can have them", () => {
    const state = JSON.parse(readFileSync(path.join(prod.directory, "serverless-state.json"), "utf8"));
    expect(state.service.provider.stackTags).toEqual(TAGS);
  });

  it("are not taken away by a resource's own", () => {
    const own = Object.values(template.Resources).flatMap(({ Properties }) => JSON.stringify(Properties["Tags"] ?? []));
    for (const tags of own.filter((text) => /"(service|stage|owner|cost-centre)"/.test(text)))
      for (const value of Object.values(TAGS)) expect(tags).toContain(value);
  });
});

describe("what cannot be deleted by mistake", () => {
  it("is data: it stays when the stack of prod goes", () => {
    const kept = Object.entries(template.Resources).filter(
      ([, { Type, DeletionPolicy }]) => DeletionPolicy === "Retain" && Type !== "AWS::Lambda::Version",
    );
    expect(kept.map(([name]) => name).sort()).toEqual([
      "Key",
      "ReportsBucket",
      "ReportsKey",
      "ReportsLogBucket",
      "UserPool",
    ]);
  });

  it("does not stay in a stage that is thrown away", () => {
    const dev = packageService("dev");
    dev.remove();
    const kept = Object.values(dev.template.Resources).filter(
      ({ Type, DeletionPolicy }) => DeletionPolicy === "Retain" && Type !== "AWS::Lambda::Version",
    );
    expect(kept).toEqual([]);
    expect(dev.template.Resources["UserPool"]?.Properties).toMatchObject({ DeletionProtection: "INACTIVE" });
  }, 60_000);
});
