import { present } from "../../../deploy/local/present";

describe("present", () => {
  it.each([0, "", null, false])("passes %p", (value) => {
    expect(present(value, "it")).toBe(value);
  });

  it("says what is missing", () => {
    expect(() => present(undefined, "the access token")).toThrow("the access token is missing");
  });
});
