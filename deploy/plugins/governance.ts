// Serverless plugin: brings the governance job's files into the deployment bucket, and empties the buckets of reports before they go.
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { governanceVersion, uploadGovernance } from "./governance-files";
import { DeployError, type Serverless, type Toolkit, type VariableRequest } from "./osls";
import { emptyReports } from "./reports-bucket";

/** Gives serverless.yml the variable `${governance:version}`: the folder that the start function hands to jobs. */
export class GovernancePlugin {
  readonly configurationVariablesSources = {
    governance: { resolve: (request: Pick<VariableRequest, "address">) => this.variable(request) },
  };

  readonly hooks = {
    "before:aws:deploy:deploy:createStack": () => this.checkPackage(),
    "after:aws:deploy:deploy:uploadArtifacts": () => this.upload(),
    "before:remove:remove": () => this.emptyReports(),
  };

  private treeVersion: string | undefined;

  constructor(
    private readonly serverless: Serverless,
    private readonly options: { readonly package?: string },
    private readonly toolkit: Toolkit,
  ) {}

  private variable({ address }: Pick<VariableRequest, "address">): Promise<{ value: string }> {
    if (address !== "version")
      throw new DeployError(`\${governance:${address}} is unknown; there is \${governance:version}`);
    return Promise.resolve({ value: this.tree });
  }

  /** `sls deploy --package` brings a template that names the files of the tree that it was made of. */
  private checkPackage(): void {
    const { version } = this.serverless.service.custom.governance;
    if (version === this.tree) return;
    throw new DeployError(
      `The package has governance files ${version}, but those in the working tree are ${this.tree}. Nothing was changed; package again`,
    );
  }

  /** Known once, so that a file that changes meanwhile makes no two versions of one deployment. */
  private get tree(): string {
    this.treeVersion ??= governanceVersion(this.serverless.serviceDir);
    return this.treeVersion;
  }

  private async upload(): Promise<void> {
    const { service, serviceDir } = this.serverless;
    const provider = this.serverless.getProvider("aws");
    const progress = this.toolkit.progress.get("governance");
    await uploadGovernance({
      root: serviceDir,
      folder: path.join(serviceDir, this.options.package ?? ".serverless"),
      withPackages: service.custom.model.dependencies === "packed",
      s3: new S3Client(await provider.getAwsSdkV3Config()),
      bucket: await provider.getServerlessDeploymentBucketName(),
      prefix: `serverless/${service.service}/${provider.getStage()}/governance/${this.tree}/`,
      onProgress: (step) => progress.notice(step),
    });
    progress.remove();
  }

  private async emptyReports(): Promise<void> {
    const provider = this.serverless.getProvider("aws");
    await emptyReports(await provider.getAwsSdkV3Config(), provider.naming.getStackName());
  }
}
