import { readConfig } from "../../../src/release/qualification/config";

const ENVIRONMENT = {
  PREDICT_FUNCTION: "serin-dev-predict",
  ALIAS: "live",
  CANARY_VERSION: "7",
  STABLE_VERSION: "6",
  RELEASES_PATH: "/serin/dev/releases",
  PASSES: "3",
  ON_INCONCLUSIVE: "fail",
};

describe("readConfig", () => {
  it("reads what the template sets", () => {
    expect(readConfig(ENVIRONMENT)).toEqual({
      functionName: "serin-dev-predict",
      alias: "live",
      canary: "7",
      stable: "6",
      releasesPath: "/serin/dev/releases",
      passes: 3,
      onInconclusive: "fail",
    });
  });

  it("takes `none` for no stable version", () => {
    expect(readConfig({ ...ENVIRONMENT, STABLE_VERSION: "none" }).stable).toBeUndefined();
  });

  it.each(Object.keys(ENVIRONMENT))("names a missing %s", (name) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: undefined })).toThrow(name);
    expect(() => readConfig({ ...ENVIRONMENT, [name]: "" })).toThrow(name);
  });

  it.each([
    ["CANARY_VERSION", "none"],
    ["CANARY_VERSION", "$LATEST"],
    ["STABLE_VERSION", "live"],
    ["ON_INCONCLUSIVE", "maybe"],
    ["PASSES", "0"],
    ["PASSES", "many"],
  ])("refuses %s=%s and says what it must be", (name, value) => {
    expect(() => readConfig({ ...ENVIRONMENT, [name]: value })).toThrow(`${name} must be`);
  });
});
