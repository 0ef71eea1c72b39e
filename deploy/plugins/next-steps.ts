// What a deployment leaves its user with: addresses, a first call that can be pasted, commands.
import { stageFlags } from "../stage-region";
import type { Parameters } from "./stage-parameters";

interface Deployed {
  readonly stage: string;
  readonly region: string;
  /** An output of the stack. */
  readonly output: (name: string) => string | undefined;
  readonly parameters: Parameters;
}

type Section = readonly [name: string, content: string | string[]];

/** In the order in which they are shown; what the stack does not have is left out. */
export function nextSteps(deployed: Deployed): readonly Section[] {
  const { output } = deployed;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["live", `version ${output("LiveVersion") ?? "?"}, model ${output("ModelVersion") ?? "?"}`],
    ["user pool", output("UserPoolId")],
    ["token URL", output("TokenUrl")],
    ["dashboard", output("DashboardUrl")],
    ["alarms go to", toldOfAlarms(deployed)],
  ];
  return [
    ...facts.flatMap(([name, value]): Section[] => (value === undefined ? [] : [[name, value]])),
    ["first call", firstCall(deployed)],
    ["next", commands(deployed)],
  ];
}

function toldOfAlarms({ parameters: { alarmEmail = "", slackChannel = "" } }: Deployed): string {
  const told = [
    ...(alarmEmail === "" ? [] : [`${alarmEmail} (once the subscription in the first mail is confirmed)`]),
    ...(slackChannel === "" ? [] : [`Slack channel ${slackChannel}`]),
  ];
  const nobody = 'NOBODY. Deploy with --param="alarmEmail=you@example.com", or with slackWorkspace and slackChannel';
  return told.join(" and ") || nobody;
}

function firstCall({ region, output }: Deployed): string[] {
  const [pool, client, tokenUrl, url] = ["UserPoolId", "MachineClientId", "TokenUrl", "HttpApiUrl"].map(
    (name) => output(name) ?? "",
  );
  return [
    `SECRET=$(aws cognito-idp describe-user-pool-client --region ${region} --user-pool-id ${pool} --client-id ${client} --query UserPoolClient.ClientSecret --output text)`,
    `TOKEN=$(curl -s ${tokenUrl} -u "${client}:$SECRET" -d grant_type=client_credentials -d scope=serin/predict | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`,
    `curl -s ${url}/predict -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '{"text": "I love it."}'`,
  ];
}

function commands({ stage, region, output }: Deployed): string[] {
  const flags = stageFlags(stage, region);
  const steps = [
    [`npm run smoke -- --url ${output("HttpApiUrl") ?? ""} --token "$TOKEN"`, "checks what was deployed"],
    [`npm run releases -- ${flags}`, "what is live, and what became of each release"],
    [`npm run rollback -- ${flags}`, "back to the version before"],
    [`npx sls remove ${flags}`, "takes it away; README.md says what stays"],
  ];
  return steps.map(([command, purpose]) => `${command}  # ${purpose}`);
}
