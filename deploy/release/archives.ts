// The archives of registered models in the stack's bucket: whether they are there, and one brought here.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { UserError } from "../local/user-error";
import { isMissing } from "./aws-error";
import type { Model } from "./models";
import type { Stack } from "./stack";
import type { Stage } from "./stage";

interface Archive {
  readonly Bucket: string;
  readonly Key: string;
  /** What brings it back. */
  readonly remedy: string;
}

/** Where `sls deploy` put the archive of a model, or Autopilot those of its containers. */
function archivesOf(stage: Stage, stack: Stack, model: Model): readonly Archive[] {
  if (model.source === "autopilot") {
    const remedy = "Only another Autopilot job can make it again: `npm run model:autopilot -- --help`.";
    return model.containers.map(({ modelDataUrl }) => {
      const [, Bucket = "", Key = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(modelDataUrl) ?? [];
      return { Bucket, Key, remedy };
    });
  }
  return [ourArchive(stage, stack, model.version)];
}

function ourArchive(stage: Stage, stack: Stack, version: string): Archive {
  return {
    Bucket: stack.output("ServerlessDeploymentBucketName"),
    Key: `serverless/serin/${stage.name}/models/${version}/model.tar.gz`,
    remedy: `Check out the commit that holds the model and run \`${stage.deployCommand}\`, which uploads it.`,
  };
}

/** @throws UserError when an archive of a model is gone. */
export async function checkArchives(stage: Stage, stack: Stack, model: Model): Promise<void> {
  for (const archive of archivesOf(stage, stack, model)) await checkArchive(stage, model.version, archive);
}

/**
 * Downloads the archive of a model of ours.
 * @param target - The file to write; its folder exists.
 * @throws UserError when the archive is gone.
 */
export async function downloadArchive(stage: Stage, stack: Stack, version: string, target: string): Promise<void> {
  const archive = ourArchive(stage, stack, version);
  const { Bucket, Key } = archive;
  const { Body } = await explainMissing(version, archive, () =>
    stage.aws.s3.send(new GetObjectCommand({ Bucket, Key })),
  );
  if (!(Body instanceof Readable)) throw new Error(`S3 sent no content of s3://${Bucket}/${Key}`);
  await pipeline(Body, createWriteStream(target));
}

async function checkArchive(stage: Stage, version: string, archive: Archive): Promise<void> {
  const { Bucket, Key } = archive;
  await explainMissing(version, archive, () => stage.aws.s3.send(new HeadObjectCommand({ Bucket, Key })));
}

async function explainMissing<T>(version: string, { Bucket, Key, remedy }: Archive, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    // A refusal without a body: without s3:ListBucket, S3 answers so for a missing object too.
    if (error instanceof Error && /^(403|Forbidden)$/.test(error.name))
      throw new UserError(`Access denied: your identity needs the rights s3:GetObject and s3:ListBucket on ${Bucket}.`);
    if (!isMissing(error)) throw error;
    throw new UserError(`The archive of model ${version} is gone: there is no s3://${Bucket}/${Key}. ${remedy}`);
  }
}
