// What SageMaker is asked for: one instance, encrypted, with a time limit, and without a network unless it has to ask an endpoint.
import type { CreateProcessingJobCommandInput } from "@aws-sdk/client-sagemaker";
import { reportFolder } from "../report-place";
import type { StartConfig } from "./config";
import { type JobInputs, MOUNT } from "./inputs";
import { isRemote, type Models } from "./models";

/** GB; the probe, two models and their packages take less than one. */
const VOLUME_GB = 10;

/** The engine `serin`: AWS's scikit-learn container runs what deploy/governance packed. */
export async function serinJob(
  config: StartConfig,
  job: string,
  inputs: JobInputs,
  models: Models,
  traffic: unknown,
): Promise<CreateProcessingJobCommandInput> {
  const code = inputs.addOfEngine("code");
  const options: Readonly<Record<string, string | undefined>> = {
    config: await inputs.addConfiguration(models),
    data: `${inputs.addOfEngine("data")}/dataset.csv`,
    model: inputs.addModel("model", models.active),
    baseline: models.previous && inputs.addModel("baseline", models.previous),
    history: await inputs.addHistory(),
    traffic: traffic === undefined ? undefined : await inputs.addTraffic(traffic),
    out: `${MOUNT}/output`,
  };
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const remote = [models.active, models.previous].some((model) => model !== undefined && isRemote(model));
  return {
    ...common(config, job, inputs, remote),
    AppSpecification: {
      ImageUri: config.image,
      ContainerEntrypoint: ["python3", `${code}/start.py`],
      ContainerArguments: [...given, "--probe"], // no user wrote these texts, so that the report may show them
    },
  };
}

/** SageMaker Clarify's image: its own entry point, for accounts that may still use it. */
export async function clarifyJob(
  config: StartConfig,
  job: string,
  inputs: JobInputs,
  models: Models,
): Promise<CreateProcessingJobCommandInput> {
  await inputs.addConfiguration(models);
  inputs.addOfEngine("data");
  return { ...common(config, job, inputs, true), AppSpecification: { ImageUri: config.image } };
}

type Common = Omit<CreateProcessingJobCommandInput, "AppSpecification">;

function common(config: StartConfig, job: string, inputs: JobInputs, hasNetwork: boolean): Common {
  return {
    ProcessingJobName: job,
    RoleArn: config.roleArn,
    ProcessingInputs: inputs.all,
    ProcessingOutputConfig: {
      KmsKeyId: config.key,
      Outputs: [{ OutputName: "report", S3Output: output(config.bucket, job) }],
    },
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: 1, // so that there is no traffic between containers to encrypt
        InstanceType: config.instanceType,
        VolumeSizeInGB: VOLUME_GB,
        VolumeKmsKeyId: config.key,
      },
    },
    NetworkConfig: { EnableNetworkIsolation: !hasNetwork },
    StoppingCondition: { MaxRuntimeInSeconds: config.maxRuntimeSeconds },
    Environment: { PYTHONUNBUFFERED: "1", PIP_NO_INDEX: "1" },
    Tags: [...config.tags],
  };
}

function output(bucket: string, job: string) {
  return {
    S3Uri: `s3://${bucket}/${reportFolder(job)}`,
    LocalPath: `${MOUNT}/output`,
    S3UploadMode: "EndOfJob",
  } as const;
}
