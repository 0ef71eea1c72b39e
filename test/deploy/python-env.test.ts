import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findPython } from "../../deploy/python-env";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-python-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const find = (PYTHON?: string) => findPython({ PATH: folder, ...(PYTHON !== undefined && { PYTHON }) });

/** A program that answers any call with a version. */
function install(name: string, version: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe("findPython", () => {
  it.each(["3.11.0", "3.12.7", "3.20.1", "4.0.0"])("takes Python %s", (version) => {
    install("python3", version);
    expect(find()).toBe("python3");
  });

  it("says which Python is too old, and how to name another", () => {
    install("python3", "3.9.18");
    expect(() => find()).toThrow("Serin needs Python >= 3.11, but python3 is Python 3.9.18");
    expect(() => find()).toThrow("PYTHON=/path/to/python3.12 npm start");
  });

  it("says that there is none", () => {
    expect(() => find()).toThrow("Serin needs Python >= 3.11, but no Python was found");
  });

  it("prefers the one that the user names", () => {
    install("python3", "3.12.0");
    const python = install("python3.13", "3.13.0");
    expect(find(python)).toBe(python);
  });

  it("falls back to `python`", () => {
    install("python3", "2.7.18");
    install("python", "3.11.9");
    expect(find()).toBe("python");
  });
});
