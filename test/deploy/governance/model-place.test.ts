import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { findModel } from "../../../deploy/governance/model-place";
import { ROOT } from "../../../deploy/root";
import { awsError, World } from "../release/world";

let world: World;
let folder: string;
beforeEach(() => {
  world = new World();
  world.model("model-a");
  world.autopilot("autopilot-b", "serverless/serin/prod/models/autopilot/jobs/b/model.tar.gz");
  folder = mkdtempSync(path.join(tmpdir(), "serin-place-"));
});
afterEach(() => {
  world.restore();
  rmSync(folder, { recursive: true });
});

const find = (version: string, stage = world.stage) => findModel(ROOT, version, folder, stage);

it("brings the archive of a registered version here", async () => {
  world.s3.on(GetObjectCommand).callsFake(({ Key }) => ({ Body: Readable.from([`content of ${Key}`]) }));
  const { version, place } = await find("model-a");
  expect(version).toBe("model-a");
  expect(readFileSync(place, "utf8")).toBe("content of serverless/serin/prod/models/model-a/model.tar.gz");
});

it("asks a version that Autopilot made through the endpoint that the function's newest version with it has", async () => {
  world.versions.set("4", "autopilot-b");
  expect(await find("autopilot-b")).toEqual({
    version: "autopilot-b",
    place: "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/serin-prod-autopilot-b/invocations",
  });
});

it.each([
  ["Autopilot made, and which has no endpoint", "autopilot-b", /only SageMaker hosts, and stage prod has no endpoint/],
  ["is not registered", "model-x", /nor registered in stage prod; registered are: model-a, autopilot-b/],
])("refuses a version that %s", async (_, version, said) => {
  await expect(find(version)).rejects.toThrow(said);
});

it("knows that the emulator hosts nothing of Autopilot's", async () => {
  world.versions.set("4", "autopilot-b");
  await expect(find("autopilot-b", { ...world.stage, awsUrl: "http://127.0.0.1:4566" })).rejects.toThrow("no endpoint");
});

it("says how an archive that is gone comes back", async () => {
  world.s3.on(GetObjectCommand).rejects(awsError("NoSuchKey"));
  await expect(find("model-a")).rejects.toThrow(/archive of model model-a is gone.*npx sls deploy --stage prod/);
});
