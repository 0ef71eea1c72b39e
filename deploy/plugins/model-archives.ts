// The archives of a stage's model versions, in osls' deployment bucket below the prefix that `sls remove` empties.
import { readFileSync } from "node:fs";
import { PutObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";

const ARCHIVE = "model.tar.gz";

export class ModelArchives {
  private readonly prefix: string;

  /** @param service - The service's name in serverless.yml. */
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    service: string,
    stage: string,
  ) {
    this.prefix = `serverless/${service}/${stage}/models/`;
  }

  /** The ids of the versions that are there. */
  async versions(): Promise<string[]> {
    const versions: string[] = [];
    const pages = paginateListObjectsV2({ client: this.s3 }, { Bucket: this.bucket, Prefix: this.prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key = "" } of Contents) {
        const [version = "", file] = Key.slice(this.prefix.length).split("/");
        if (file === ARCHIVE) versions.push(version);
      }
    }
    return versions;
  }

  uri(version: string): string {
    return `s3://${this.bucket}/${this.key(version)}`;
  }

  async upload(version: string, file: string): Promise<void> {
    const object = { Bucket: this.bucket, Key: this.key(version) };
    await this.s3.send(new PutObjectCommand({ ...object, Body: readFileSync(file) }));
  }

  private key(version: string): string {
    return `${this.prefix}${version}/${ARCHIVE}`;
  }
}
