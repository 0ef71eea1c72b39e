// docs/security.md names code and tests as answers to threats: each of them must exist.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../deploy/root";

const page = readFileSync(path.join(ROOT, "docs/security.md"), "utf8");
const named = [...page.matchAll(/`((?:src|deploy|test)\/[^`\s]+|[\w.-]+\.(?:yml|json))`/g)].map(
  ([, file = ""]) => file,
);

describe("docs/security.md", () => {
  it.each([...new Set(named)])("names %s, which exists", (file) => {
    expect(existsSync(path.join(ROOT, file))).toBe(true);
  });

  it("has for each threat an answer, a place and a test", () => {
    const table = page.split("## Threats")[1]?.split("\n## ")[0] ?? "";
    const threats = table.split("\n").filter((line) => /^\| [STRIDE] /.test(line));
    expect(threats.length).toBeGreaterThan(10);
    for (const threat of threats) {
      const [, , answer, place, tests] = threat.split("|").map((cell) => cell.trim());
      expect([threat, answer, place, tests]).toEqual([
        threat,
        expect.stringMatching(/\w/),
        expect.stringMatching(/^`/),
        expect.stringMatching(/`test\//),
      ]);
    }
  });
});
