// How tools reach the emulated AWS: its endpoint and keys, and nothing of the user's own AWS configuration.

// Tools run on Node 20 too; the functions themselves run on 22, which the SDK would remind users of at every start.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

/** The region that the emulator plays. */
export const REGION = "us-east-1";

/** Options of an AWS SDK client for the emulator at `awsUrl`. */
export function clientConfig(awsUrl: string) {
  return { endpoint: awsUrl, region: REGION, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
}

/** Environment for osls: the emulator instead of AWS, and a faster look at a stack's progress than every 5 s. */
export function slsEnvironment(awsUrl: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(environment).filter(([name]) => !name.startsWith("AWS_") && !name.startsWith("npm_"));
  return {
    ...Object.fromEntries(own),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    SLS_AWS_MONITORING_FREQUENCY: "300",
    NODE_NO_WARNINGS: "1",
  };
}
