import { stripVTControlCharacters } from "node:util";
import { banner, curlLine } from "../../../deploy/local/banner";

const target = {
  url: "http://127.0.0.1:3000",
  apiUrl: "",
  awsUrl: "",
  userPoolId: "",
  machineClientId: "",
  peopleClientId: "",
};

describe("the banner", () => {
  it("ends with where to look and how to go on", () => {
    const text = stripVTControlCharacters(banner(target, "a.b.c", 4_321));
    expect(text).toContain("Serin is running  up in 4.3 s");
    expect(text).toContain("http://127.0.0.1:3000/docs");
    expect(text.split("\n")).toContain("a.b.c");
  });

  it("holds the call on one line, so that it can be pasted", () => {
    const line = curlLine(target, "a.b.c");
    expect(line).toMatch(/^curl -s http:\/\/127\.0\.0\.1:3000\/predict .*Bearer a\.b\.c.*$/);
    expect(banner(target, "a.b.c", 0).split("\n")).toContain(line);
  });
});
