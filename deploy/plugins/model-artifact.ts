// Serverless plugin: decides which model versions a deployment has, and uploads the one in the working tree.
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { modelVersion } from "../model-package";
import { type AutopilotContainers, readContainers } from "./autopilot-models";
import { ModelArchives } from "./model-archives";
import { uploadModel } from "./model-upload";
import { DeployError, type Serverless, type Toolkit, type VariableRequest } from "./osls";
import { chooseModels, isAutopilot, NONE, type ReleasedModels, readReleasedModels } from "./released-models";

interface Choice extends ReleasedModels {
  /** undefined where AWS was not asked, and before the first deployment. */
  readonly released: ReleasedModels | undefined;
  readonly containers: AutopilotContainers;
}

/**
 * Gives serverless.yml the variables `${model:version}` and `${model:previous}`: what the stage releases, changed by the parameters
 * modelVersion and previousModel; `${model:format}` and `${model:previousFormat}`, how they are asked; and `${model:containers}` of those that Autopilot made.
 * Only `sls deploy` asks AWS what the stage releases; packaging takes the model in the working tree, and asks for containers only.
 *
 * That model is uploaded with every deployment, live or not, so that a promotion has nothing to pack. It goes to the deployment bucket,
 * which exists before the stack's resources.
 */
export class ModelArtifactPlugin {
  readonly configurationVariablesSources = {
    model: { resolve: (request: VariableRequest) => this.variable(request) },
  };

  readonly hooks = {
    initialize: () => this.failIfUnknown(),
    "before:aws:deploy:deploy:createStack": () => this.checkModels(),
    "after:aws:deploy:deploy:uploadArtifacts": () => this.upload(),
    "after:deploy:deploy": () => this.suggestPromotion(),
  };

  private choice: Promise<Choice> | undefined;
  private failure: Error | undefined;
  private treeVersion: string | undefined;

  constructor(
    private readonly serverless: Serverless,
    private readonly options: { readonly package?: string },
    private readonly toolkit: Toolkit,
  ) {}

  private async variable({ address, resolveVariable }: VariableRequest): Promise<{ value: unknown }> {
    this.choice ??= this.choose(resolveVariable);
    try {
      const { active, previous, containers } = await this.choice;
      const [format, previousFormat] = [formatOf(active), formatOf(previous)];
      const values = new Map<string, unknown>(
        Object.entries({ version: active, previous, format, previousFormat, containers }),
      );
      if (values.has(address)) return { value: values.get(address) };
      const known = [...values.keys()].map((name) => `\${model:${name}}`).join(", ");
      throw new DeployError(`\${model:${address}} is unknown; there are ${known}`);
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      return { value: NONE };
    }
  }

  /** As an error of a variable, osls would show it once for every place that needs the variable, with its stack. */
  private failIfUnknown(): void {
    if (this.failure) throw this.failure;
  }

  private async choose(resolveVariable: VariableRequest["resolveVariable"]): Promise<Choice> {
    const parameter = async (name: string) => {
      const value = await resolveVariable(`param:${name}, null`);
      return typeof value === "string" ? value : undefined;
    };
    const wanted = { version: await parameter("modelVersion"), previous: await parameter("previousModel") };
    const isDeployment = this.serverless.processedInput.commands.join(" ") === "deploy";
    const released = isDeployment ? await readReleasedModels(await this.ssm(), this.stage) : undefined;
    const chosen = chooseModels(wanted, released, () => this.tree);
    const ofAutopilot = Object.values(chosen).filter(isAutopilot);
    const containers = ofAutopilot.length === 0 ? {} : await readContainers(await this.ssm(), this.stage, ofAutopilot);
    return { ...chosen, released, containers };
  }

  /** A model that is nowhere to be found fails before anything is changed. */
  private async checkModels(): Promise<void> {
    const { version, previous } = this.serverless.service.custom.model;
    const chosen = await this.choice;
    if (chosen) checkPackage({ active: version, previous }, chosen);
    const needed = [version, previous].filter((id) => id !== NONE && id !== this.tree && !isAutopilot(id));
    if (needed.length === 0) return;
    const released = chosen?.released;
    const uploaded = released ? await (await this.archives()).versions() : []; // at first there is no bucket
    for (const id of needed.filter((id) => !uploaded.includes(id))) {
      if (id === released?.active) throw missingArchive(id, "which is live");
      if (id === previous) throw missingArchive(id, "which a rollback would return to", WITHOUT_PREVIOUS);
      throw this.missingModel(id, uploaded);
    }
  }

  private missingModel(version: string, uploaded: readonly string[]): DeployError {
    const others = uploaded.filter((id) => id !== this.tree);
    return new DeployError(
      `Model ${version} is neither uploaded to stage ${this.stage} nor the one in the working tree. Nothing was changed. ` +
        `Choose one that is there with --param="modelVersion=…": ${[...others, `${this.tree} (in the working tree)`].join(", ")}`,
    );
  }

  private async upload(): Promise<void> {
    const { service, serviceDir } = this.serverless;
    const progress = this.toolkit.progress.get("model");
    await uploadModel({
      root: serviceDir,
      stage: this.stage,
      version: this.tree,
      file: path.join(serviceDir, this.options.package ?? ".serverless", "model.tar.gz"),
      withPackages: service.custom.model.dependencies === "packed",
      archives: await this.archives(),
      ssm: await this.ssm(),
      onProgress: (step) => progress.notice(step),
    });
    progress.remove();
  }

  private suggestPromotion(): void {
    if (this.tree === this.serverless.service.custom.model.version) return;
    this.toolkit.log.notice(
      `Model ${this.tree} of the working tree is uploaded, but not live. To release it: ` +
        `npm run model:promote -- ${this.tree} --stage ${this.stage}`,
    );
  }

  private get stage(): string {
    return this.serverless.getProvider("aws").getStage();
  }

  private get tree(): string {
    this.treeVersion ??= modelVersion(this.serverless.serviceDir);
    return this.treeVersion;
  }

  private async ssm(): Promise<SSMClient> {
    return new SSMClient(await this.serverless.getProvider("aws").getAwsSdkV3Config());
  }

  private async archives(): Promise<ModelArchives> {
    const provider = this.serverless.getProvider("aws");
    const bucket = await provider.getServerlessDeploymentBucketName();
    const s3 = new S3Client(await provider.getAwsSdkV3Config());
    return new ModelArchives(s3, bucket, this.serverless.service.service, this.stage);
  }
}

const formatOf = (version: string) => (isAutopilot(version) ? "autopilot" : "serin");

/** `sls deploy --package` brings a template whose models were chosen before. */
function checkPackage(packaged: ReleasedModels, chosen: ReleasedModels): void {
  if (chosen.active === packaged.active && chosen.previous === packaged.previous) return;
  throw new DeployError(
    `The package has model ${packaged.active} (previous: ${packaged.previous}), but this deployment is to have ` +
      `${chosen.active} (previous: ${chosen.previous}). Nothing was changed; ` +
      `package with --param="modelVersion=${chosen.active}" --param="previousModel=${chosen.previous}"`,
  );
}

const WITHOUT_PREVIOUS = ' Or do without a model to return to: --param="previousModel=none"';

function missingArchive(version: string, role: string, alternative = ""): DeployError {
  return new DeployError(
    `The archive of model ${version}, ${role}, is no longer in S3. Nothing was changed. ` +
      `Upload it again: \`git checkout COMMIT -- model\` with the commit that has it, and deploy.${alternative}`,
  );
}
