import { wrongWithStageName } from "../../deploy/stage-name";

describe("a stage's name", () => {
  it.each(["x", "dev", "prod", "pr-1234", "a-stage-of-20-letter"])("may be %s", (name) => {
    expect(wrongWithStageName(name)).toBeUndefined();
  });

  it.each([
    ["a-stage-whose-name-has-30-char", "it has 30 characters, and at most 20 fit"],
    ["a-stage-of-21-letters", "it has 21 characters"],
    ["Prod", "lower-case letters, digits and hyphens"],
    ["1", "begins with a letter"],
    ["prod-", "does not end with a hyphen"],
    ["", "begins with a letter"],
    ["aws-test", "Cognito allows no domain"],
  ])("may not be %j", (name, why) => {
    expect(wrongWithStageName(name)).toContain(why);
  });
});
