// The governance job's files in a deployment, and its reports' buckets before a stage goes.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CloudFormationClient,
  CloudFormationServiceException,
  GetTemplateCommand,
  ListStackResourcesCommand,
  type ResourceStatus,
} from "@aws-sdk/client-cloudformation";
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { list } from "tar";
import { fetchPackages } from "../../../deploy/container-packages";
import { GovernancePlugin } from "../../../deploy/plugins/governance";
import { governanceVersion } from "../../../deploy/plugins/governance-files";
import { ROOT } from "../../../deploy/root";
import { type Given, makeService, makeToolkit } from "./service";

jest.mock("../../../deploy/python-env", () => ({
  ...jest.requireActual<object>("../../../deploy/python-env"),
  ensurePython: jest.fn(), // it needs a package index
}));
jest.mock("../../../deploy/container-packages", () => ({
  ...jest.requireActual<object>("../../../deploy/container-packages"),
  fetchPackages: jest.fn(),
}));

const s3 = mockClient(S3Client);
const cloudFormation = mockClient(CloudFormationClient);
let serviceDir: string;
let version: string;

beforeEach(() => {
  s3.reset();
  cloudFormation.reset();
  jest.clearAllMocks();
  s3.on(PutObjectCommand).resolves({});
  s3.on(ListObjectsV2Command).resolves({ KeyCount: 0 });
  serviceDir = mkdtempSync(path.join(tmpdir(), "serin-governance-"));
  for (const name of ["clarify", "model/serving", "model/inference.py"])
    cpSync(path.join(ROOT, name), path.join(serviceDir, name), { recursive: true, dereference: true });
  version = governanceVersion(serviceDir);
});
afterEach(() => rmSync(serviceDir, { recursive: true, force: true }));

const make = (given: Given = {}) =>
  new GovernancePlugin(makeService({ serviceDir, governance: { version }, ...given }), {}, makeToolkit());
const upload = (given: Given = {}) => make(given).hooks["after:aws:deploy:deploy:uploadArtifacts"]();
const uploaded = () => s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);

/** Of an uploaded file. */
function textOf(at: number): string {
  const body = uploaded()[at]?.Body;
  return body instanceof Uint8Array ? Buffer.from(body).toString() : "";
}

function change(file: string): void {
  writeFileSync(path.join(serviceDir, file), `${readFileSync(path.join(serviceDir, file), "utf8")}\n`);
}

describe("the version", () => {
  it("is what serverless.yml gets", async () => {
    const { resolve } = make().configurationVariablesSources.governance;
    expect(await resolve({ address: "version" })).toEqual({ value: version });
    expect(() => resolve({ address: "engine" })).toThrow("${governance:engine} is unknown");
  });

  it.each([
    "clarify/bias/registry.py",
    "clarify/probe/source/sentences.toml",
    "clarify/probe/rows.py",
    "clarify/config/analysis_config.json",
    "clarify/start.py",
    "model/inference.py",
  ])("changes with %s", (file) => {
    change(file);
    expect(governanceVersion(serviceDir)).not.toBe(version);
  });

  it("does not change with what Python leaves, or with a page about the probe", () => {
    mkdirSync(path.join(serviceDir, "clarify/probe/__pycache__"), { recursive: true });
    writeFileSync(path.join(serviceDir, "clarify/probe/__pycache__/rows.cpython-312.pyc"), "");
    change("clarify/probe/README.md");
    expect(governanceVersion(serviceDir)).toBe(version);
  });

  it("takes all files", () => {
    rmSync(path.join(serviceDir, "clarify/config/analysis_config.json"));
    expect(() => governanceVersion(serviceDir)).toThrow("clarify/config/analysis_config.json is missing");
  });

  it("is that of the package, which must be of this tree", () => {
    make().hooks["before:aws:deploy:deploy:createStack"]();
    const other = make({ governance: { version: "0123456789ab" } });
    expect(() => other.hooks["before:aws:deploy:deploy:createStack"]()).toThrow("Nothing was changed; package again");
  });
});

describe("a deployment", () => {
  it("brings engine, probe and configuration into the folder of their version", async () => {
    await upload();
    const prefix = `serverless/serin/prod/governance/${version}/`;
    expect(uploaded().map(({ Bucket, Key }) => [Bucket, Key])).toEqual(
      ["code/engine.tar.gz", "code/start.py", "data/dataset.csv", "config/analysis_config.json"].map((name) => [
        "bucket",
        prefix + name,
      ]),
    );
    const [header = "", ...rows] = textOf(2).trim().split("\n");
    expect(header).toMatch(/^id,.*text.*label/);
    expect(rows.length).toBeGreaterThan(1000);
    const names: string[] = [];
    const file = path.join(serviceDir, ".serverless", "engine.tar.gz");
    await list({ file, onReadEntry: (entry) => names.push(entry.path) });
    expect(names).toEqual(expect.arrayContaining(["job/__main__.py", "serving/__init__.py"]));
    expect(fetchPackages).not.toHaveBeenCalled(); // the stage has none packed
  }, 20_000);

  it("uploads nothing that is there", async () => {
    s3.on(ListObjectsV2Command).resolves({ KeyCount: 1 });
    await upload();
    expect(uploaded()).toEqual([]);
  });

  it("packs the Python packages where the stage wants them", async () => {
    const packages = path.join(serviceDir, "packages");
    mkdirSync(packages);
    writeFileSync(path.join(packages, "numpy.py"), "");
    jest.mocked(fetchPackages).mockResolvedValue(packages);
    await upload({ model: { dependencies: "packed" } });
    const names: string[] = [];
    const file = path.join(serviceDir, ".serverless", "engine.tar.gz");
    await list({ file, onReadEntry: (entry) => names.push(entry.path) });
    expect(names).toContain("lib/numpy.py");
  }, 20_000);
});

describe("before a stage is removed", () => {
  const remove = () => make({ command: "remove" }).hooks["before:remove:remove"]();
  const deleted = () => s3.commandCalls(DeleteObjectsCommand).map(({ args: [{ input }] }) => input);

  /** Its second bucket is on the second page of its resources. */
  function stack(policy: "Delete" | "Retain", status: ResourceStatus = "CREATE_COMPLETE"): void {
    const bucket = { Type: "AWS::S3::Bucket", DeletionPolicy: policy };
    const Resources = { ReportsBucket: bucket, ReportsLogBucket: bucket };
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify({ Resources }) });
    const summaryOf = (id: string, ResourceStatus: ResourceStatus) => ({
      LogicalResourceId: id,
      PhysicalResourceId: `the-${id}`,
      ResourceType: "",
      LastUpdatedTimestamp: new Date(),
      ResourceStatus,
    });
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: "serin-prod" })
      .resolves({ StackResourceSummaries: [summaryOf("ReportsBucket", status)], NextToken: "2" })
      .on(ListStackResourcesCommand, { StackName: "serin-prod", NextToken: "2" })
      .resolves({ StackResourceSummaries: [summaryOf("ReportsLogBucket", "CREATE_COMPLETE")] });
  }

  const emptied = () => s3.commandCalls(ListObjectVersionsCommand).map(({ args: [{ input }] }) => input.Bucket);

  it("again, after a removal that failed, a bucket that is gone is passed by", async () => {
    stack("Delete", "DELETE_COMPLETE");
    s3.on(ListObjectVersionsCommand).resolves({});
    await remove();
    expect(emptied()).toEqual(["the-ReportsLogBucket"]);
  });

  it("a bucket that somebody deleted by hand is passed by, other failures are not; who may not is told what to change", async () => {
    stack("Delete");
    const failing = (name: string) =>
      s3
        .on(ListObjectVersionsCommand)
        .rejects(new S3ServiceException({ name, message: name, $fault: "client", $metadata: {} }));
    failing("NoSuchBucket");
    await remove();
    expect(emptied()).toEqual(["the-ReportsBucket", "the-ReportsLogBucket"]);
    failing("SlowDown");
    await expect(remove()).rejects.toThrow("SlowDown");
    failing("AccessDenied");
    await expect(remove()).rejects.toThrow(/the bucket the-ReportsBucket.*not removed.*Reports=delete/);
  });

  it("every version of every report goes, then the log", async () => {
    stack("Delete");
    s3.on(ListObjectVersionsCommand).resolves({});
    s3.on(ListObjectVersionsCommand, { Bucket: "the-ReportsBucket" })
      .resolvesOnce({ Versions: [{ Key: "a", VersionId: "1" }], DeleteMarkers: [{ Key: "b", VersionId: "2" }] })
      .resolvesOnce({ Versions: [{ Key: "c", VersionId: "3" }] })
      .resolves({});
    s3.on(DeleteObjectsCommand).resolves({});
    await remove();
    expect(deleted().map(({ Bucket, Delete }) => [Bucket, Delete?.Objects])).toEqual([
      [
        "the-ReportsBucket",
        [
          { Key: "a", VersionId: "1" },
          { Key: "b", VersionId: "2" },
        ],
      ],
      ["the-ReportsBucket", [{ Key: "c", VersionId: "3" }]],
    ]);
  });

  it("nothing goes that the deployed stack retains", async () => {
    stack("Retain");
    await remove();
    expect(s3.calls()).toEqual([]);
  });

  it("a stack that is not there has nothing", async () => {
    const error = { name: "ValidationError", message: "does not exist", $fault: "client", $metadata: {} } as const;
    cloudFormation.on(GetTemplateCommand).rejects(new CloudFormationServiceException(error));
    await remove();
    expect(s3.calls()).toEqual([]);
  });

  it("a report that is locked stops it, and says who can go on", async () => {
    stack("Delete");
    s3.on(ListObjectVersionsCommand).resolves({ Versions: [{ Key: "a", VersionId: "1" }] });
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: "a", Code: "AccessDenied" }] });
    await expect(remove()).rejects.toThrow("a in the bucket the-ReportsBucket cannot be deleted (AccessDenied)");
  });
});
