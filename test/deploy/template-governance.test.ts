// The governance report in the compiled CloudFormation: schedules, job, publication, buckets and their key.
import { type PackagedService, packageService, type Resource } from "../../deploy/packaged-service";

let prod: PackagedService;
let locked: PackagedService;
beforeAll(() => {
  prod = packageService("prod");
  const given = [
    "reportsLockDays=30",
    "reportsRetentionDays=400",
    "governanceImage=clarify",
    "governanceSchedule=30 4 ? * SUN *",
  ];
  locked = packageService("dev", ...given.map((parameter) => `--param=${parameter}`));
}, 120_000);
afterAll(() => {
  prod.remove();
  locked.remove();
});

const resource = (name: string, service = prod): Resource => {
  const found = service.template.Resources[name];
  if (found) return found;
  throw new Error(`the template has no ${name}`);
};
const properties = (name: string, service = prod) => resource(name, service).Properties;
const environment = (name: string, service = prod): Record<string, unknown> =>
  Object(properties(name, service)["Environment"]).Variables;
const arnOf = (name: string) => ({ "Fn::GetAtt": [name, "Arn"] });
const FAILURES = arnOf("GovernanceFailures");

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

const statements = (document: unknown): readonly Statement[] => Object(document).Statement;
const actionsOf = (role: string): string[] =>
  Object(properties(role)["Policies"])
    .flatMap(({ PolicyDocument }: { PolicyDocument: unknown }) => statements(PolicyDocument))
    .flatMap(({ Action }: Statement) => Action);

describe("the schedule", () => {
  it("starts the job every week, in UTC, at a time that AWS may move by an hour", () => {
    expect(properties("GovernanceSchedule")).toMatchObject({
      Name: "serin-prod-governance",
      GroupName: { Ref: "GovernanceSchedules" },
      ScheduleExpression: "cron(0 3 ? * MON *)",
      ScheduleExpressionTimezone: "UTC",
      FlexibleTimeWindow: { Mode: "FLEXIBLE", MaximumWindowInMinutes: 60 },
    });
    expect(properties("GovernanceSchedule", locked)).toMatchObject({ ScheduleExpression: "cron(30 4 ? * SUN *)" });
    expect(properties("GovernanceSchedules")).toEqual({ Name: "serin-prod" });
  });

  it("names the moment that it is due, which every retry repeats", () => {
    const target = Object(properties("GovernanceSchedule")["Target"]);
    expect(target.Arn).toEqual(arnOf("GovernanceStartLambdaFunction"));
    expect(JSON.parse(target.Input)).toEqual({ due: "<aws.scheduler.scheduled-time>" });
  });

  it.each(["GovernanceSchedule", "GovernanceAgeSchedule"])(
    "%s is retried, and what cannot be delivered is kept",
    (name) => {
      expect(properties(name)["Target"]).toMatchObject({
        RoleArn: arnOf("GovernanceScheduleRole"),
        RetryPolicy: { MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 21_600 },
        DeadLetterConfig: { Arn: FAILURES },
      });
    },
  );

  it("has a role that only this account's schedules take, for two functions", () => {
    const { AssumeRolePolicyDocument } = properties("GovernanceScheduleRole");
    expect(statements(AssumeRolePolicyDocument)[0]?.Condition).toEqual({
      StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
    });
    expect(actionsOf("GovernanceScheduleRole")).toEqual(["lambda:InvokeFunction", "sqs:SendMessage"]);
  });
});

describe("the publication", () => {
  it("is of completed jobs of this stage", () => {
    expect(properties("GovernanceCompletedRule")).toMatchObject({
      EventPattern: {
        source: ["aws.sagemaker"],
        "detail-type": ["SageMaker Processing Job State Change"],
        detail: { ProcessingJobName: [{ prefix: "serin-prod-governance-" }], ProcessingJobStatus: ["Completed"] },
      },
      Targets: [
        expect.objectContaining({ Arn: arnOf("GovernancePublishLambdaFunction"), DeadLetterConfig: { Arn: FAILURES } }),
      ],
    });
    expect(properties("GovernancePublishPermission")).toMatchObject({
      Principal: "events.amazonaws.com",
      SourceArn: arnOf("GovernanceCompletedRule"),
    });
  });

  it("leaves what it failed on in the queue, which takes it from both rules only", () => {
    const [, rules] = statements(properties("GovernanceFailuresPolicy")["PolicyDocument"]);
    expect(rules?.Condition).toEqual({
      ArnEquals: { "aws:SourceArn": [arnOf("GovernanceFailedRule"), arnOf("GovernanceCompletedRule")] },
    });
    for (const name of ["Start", "Publish", "Age"]) {
      expect(properties(`Governance${name}LambdaEvConf`)["DestinationConfig"]).toEqual({
        OnFailure: { Destination: FAILURES },
      });
    }
  });

  it("does not publish again what it published: the stack does not own the pointer", () => {
    expect(environment("GovernancePublishLambdaFunction")["LATEST_REPORT"]).toBe(
      "/serin/prod/governance/latest-report",
    );
    const names = Object.values(prod.template.Resources).map(({ Properties }) => Properties["Name"]);
    expect(names).toContain("/serin/prod/governance/since");
    expect(names).not.toContain("/serin/prod/governance/latest-report");
  });
});

describe("the job", () => {
  it("runs our engine in AWS's scikit-learn container, of the deployment's version", () => {
    const { IMAGE, ENGINE, ...others } = environment("GovernanceStartLambdaFunction");
    expect(JSON.stringify(IMAGE)).toContain("/sagemaker-scikit-learn:1.4-2-py312-cpu-py3");
    expect(JSON.stringify(ENGINE)).toMatch(/serverless\/serin\/prod\/governance\/[0-9a-f]{12}"/);
    expect(others).toMatchObject({
      ENGINE_KIND: "serin",
      INSTANCE_TYPE: "ml.m5.xlarge",
      JOB_ROLE: arnOf("GovernanceJobRole"),
    });
  });

  it("is Clarify's own where chosen, from the account that AWS has for the region", () => {
    expect(JSON.stringify(environment("GovernanceStartLambdaFunction", locked)["IMAGE"])).toContain(
      "/sagemaker-clarify-processing:1.0",
    );
    const { Mappings }: { Mappings?: Record<string, object> } = Object(locked.template);
    expect(Mappings?.["ClarifyRegistry"]).toMatchObject({ "us-east-1": { account: "205585389593" } });
  });

  it("may read what it is given, write its report, and nothing else of the stage", () => {
    const actions = new Set(actionsOf("GovernanceJobRole").map((action) => action.split(":")[0]));
    expect([...actions].sort()).toEqual(["cloudwatch", "ecr", "kms", "logs", "s3", "sagemaker"]);
    expect(actionsOf("GovernanceJobRole").filter((action) => action.startsWith("sagemaker:"))).toEqual([
      "sagemaker:InvokeEndpoint",
    ]);
    expect(JSON.stringify(properties("GovernanceJobRole"))).not.toContain('"${ReportsBucket.Arn}/*"');
  });

  it("is handed its role by the start function, to SageMaker only", () => {
    const policies = JSON.stringify(properties("GovernanceStartRole")["Policies"]);
    expect(policies).toContain('"iam:PassedToService":"sagemaker.amazonaws.com"');
    expect(actionsOf("GovernanceStartRole")).not.toContain("sagemaker:StopProcessingJob");
  });
});

describe("the bucket of reports", () => {
  const rules = (name: string, service = prod): Record<string, unknown>[] =>
    Object(properties(name, service)["LifecycleConfiguration"]).Rules;

  it("is encrypted with a key of its own, and logs who reads it", () => {
    expect(properties("ReportsBucket")).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: arnOf("ReportsKey") },
          },
        ],
      },
      LoggingConfiguration: { DestinationBucketName: { Ref: "ReportsLogBucket" }, LogFilePrefix: "access/" },
    });
    expect(resource("ReportsBucket").DependsOn).toContain("ReportsLogBucketPolicy");
  });

  it("keeps reports for three years or as long as the stage wants, and jobs' inputs for less", () => {
    expect(rules("ReportsBucket")).toContainEqual(
      expect.objectContaining({ Prefix: "reports/", ExpirationInDays: 1095 }),
    );
    expect(rules("ReportsBucket", locked)).toContainEqual(
      expect.objectContaining({ Prefix: "reports/", ExpirationInDays: "400" }),
    );
    expect(rules("ReportsBucket")).toContainEqual(expect.objectContaining({ Prefix: "jobs/", ExpirationInDays: 90 }));
    for (const name of ["ReportsBucket", "ReportsLogBucket"])
      expect(rules(name)).toContainEqual(
        expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
      );
  });

  it("can be locked, which is off unless the stage wants it", () => {
    expect(properties("ReportsBucket")).toMatchObject({ ObjectLockEnabled: false });
    expect(environment("GovernancePublishLambdaFunction")["LOCK_DAYS"]).toBe("0");
    expect(properties("ReportsBucket", locked)).toMatchObject({ ObjectLockEnabled: true });
    expect(properties("ReportsBucket", locked)).not.toHaveProperty("ObjectLockConfiguration"); // would lock jobs' inputs, too
    expect(environment("GovernancePublishLambdaFunction", locked)["LOCK_DAYS"]).toBe("30");
  });

  it("stays in prod, with its key and its log, and goes with other stages", () => {
    for (const name of ["ReportsBucket", "ReportsLogBucket", "ReportsKey"]) {
      expect([name, resource(name).DeletionPolicy]).toEqual([name, "Retain"]);
      expect([name, resource(name, locked).DeletionPolicy]).toEqual([name, "Delete"]);
    }
  });

  it("has its log in a bucket that only S3 writes, for this stage's bucket, with S3's own key", () => {
    const [, deliver] = statements(properties("ReportsLogBucketPolicy")["PolicyDocument"]);
    expect(deliver).toMatchObject({
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Condition: {
        StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        ArnLike: { "aws:SourceArn": { "Fn::Sub": "arn:${AWS::Partition}:s3:::serin-prod-reportsbucket-*" } },
      },
    });
    expect(JSON.stringify(properties("ReportsLogBucket")["BucketEncryption"])).toContain("AES256");
  });
});

describe("the key of reports", () => {
  it("rotates, and is used through S3 or by a grant to AWS only", () => {
    const key = properties("ReportsKey");
    expect(key).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 30 });
    const [administer, use, grant] = statements(key["KeyPolicy"]);
    expect([administer?.Action].flat()).not.toEqual(expect.arrayContaining(["kms:Decrypt"]));
    expect(JSON.stringify(administer?.Action)).not.toMatch(/"kms:(\*|Decrypt|Encrypt|GenerateDataKey|CreateGrant)"/);
    expect(use).toMatchObject({
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Condition: { StringEquals: { "kms:ViaService": { "Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}" } } },
    });
    expect(grant).toMatchObject({
      Action: "kms:CreateGrant",
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    });
  });
});

describe("a missed week", () => {
  it("is seen by the report's age, measured every day: an alarm can look back for 7 days only", () => {
    expect(properties("GovernanceAgeSchedule")).toMatchObject({ ScheduleExpression: "rate(1 day)" });
    expect(properties("GovernanceMissedAlarm")).toMatchObject({
      MetricName: "ReportAge",
      Threshold: 8,
      Period: 86_400,
      EvaluationPeriods: 1,
      Statistic: "Minimum",
      TreatMissingData: "ignore",
    });
  });

  it("alarms as well when what starts or publishes fails, or the schedule gives up", () => {
    const metrics = JSON.stringify(properties("GovernanceErrorsAlarm")["Metrics"]);
    for (const name of ["start", "publish", "age"]) expect(metrics).toContain(`"serin-prod-governance-${name}"`);
    expect(metrics).toContain('"MetricName":"InvocationDroppedCount"');
    const attention = JSON.stringify(properties("AttentionAlarm")["AlarmRule"]);
    for (const name of ["Failed", "Errors", "Missed"]) expect(attention).toContain(`\${Governance${name}Alarm}`);
  });
});
