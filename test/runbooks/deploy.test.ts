// The index's function `deploy`: what the stage was given last is given again, as it was.
import { index } from "./page";
import { paste } from "./shell";

const [definition = ""] = /^deploy\(\) \{[\s\S]*?^\}$/m.exec(index().text) ?? [];
const GIVEN = {
  alarmEmail: "ops@example.com",
  governanceSchedule: "0 3 ? * MON *",
  owner: "team a=b",
  hosting: "serverless",
};
const env = { ...process.env, STAGE: "prod", GIVEN: JSON.stringify(GIVEN) };

/** What `deploy` prints where `aws` is this, and `npx` prints its arguments. */
async function deploy(aws: string, args = "") {
  const doubles = [`aws() { ${aws}; }`, `npx() { printf '<%s>' "$@"; }`];
  return (await paste([...doubles, definition, `deploy ${args}`], env)).at(-1);
}

it("gives every parameter again, whatever is in it, and its own last", async () => {
  expect(await deploy('echo "$GIVEN"', '--param="hosting=realtime"')).toMatchObject({
    code: 0,
    printed: [
      "<sls><deploy><--stage><prod><--param=alarmEmail=ops@example.com><--param=governanceSchedule=0 3 ? * MON *>",
      "<--param=owner=team a=b><--param=hosting=serverless><--param=hosting=realtime>",
    ].join(""),
  });
});

it("deploys a stage that was given nothing", async () => {
  expect(await deploy("echo {}")).toMatchObject({ code: 0, printed: "<sls><deploy><--stage><prod>" });
});

it("deploys nothing when it cannot know what was given", async () => {
  expect(await deploy("echo denied >&2; return 254")).toMatchObject({ code: 254, printed: "denied" });
});
