import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readDataSet } from "../../../deploy/autopilot/data-set";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "serin-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(content: string): string {
  const file = path.join(folder, "rows.jsonl");
  writeFileSync(file, content);
  return file;
}

const lines = (label: string, count: number, text = "fine") =>
  `${JSON.stringify({ text, label, votes: { positive: 1 } })}\n`.repeat(count);
const enough = lines("positive", 50) + lines("neutral", 50) + lines("negative", 50, 'a "b",\nc');

describe("labelled rows", () => {
  it("become CSV with a header, one line a row", () => {
    const { csv, rows, counts, sha256 } = readDataSet(write(enough));
    expect(rows).toBe(150);
    expect([...counts]).toEqual([
      ["positive", 50],
      ["neutral", 50],
      ["negative", 50],
    ]);
    const written = csv.split("\n");
    expect(written).toHaveLength(152); // the header, the rows, and the end of the last line
    expect(written[0]).toBe("text,label");
    expect(written[1]).toBe('"fine",positive');
    expect(written[150]).toBe('"a ""b"", c",negative');
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("have a hash of their own", () => {
    const { sha256 } = readDataSet(write(enough));
    expect(readDataSet(write(enough)).sha256).toBe(sha256);
    expect(readDataSet(write(enough + lines("neutral", 1))).sha256).not.toBe(sha256);
  });

  it.each([
    ["are missing", () => path.join(folder, "none.jsonl"), /none\.jsonl cannot be read \(ENOENT.*\{"text": "\.\.\."/],
    ["are none", () => write(""), /has no rows: write one/],
    [
      "lack a label",
      () => write(lines("positive", 50) + lines("neutral", 7)),
      /at least 50 rows, but neutral has 7, negative has none/,
    ],
    ["are too many to hold", () => huge(), /larger than the 256 MiB/],
  ])("are refused when they %s", (_, file, said) => {
    expect(() => readDataSet(file())).toThrow(said);
  });

  it("are refused with the lines that are wrong, and no text", () => {
    const wrong = [
      "secret",
      '{"label": "positive"}',
      '{"text": " ", "label": "positive"}',
      '{"text": "secret"}',
      '{"text": "secret", "label": "mixed"}',
      "7",
      "null",
    ];
    const failure = messageOf(() => readDataSet(write(`${enough}${wrong.join("\n")}\n`)));
    expect(failure).toContain("rows.jsonl: 7 rows cannot be used.\n  line 151: no object with a string");
    expect(failure).toContain('line 153: an empty "text"');
    expect(failure).toContain('line 154: "label" is none of positive, neutral, negative');
    expect(failure).toContain('line 155: "label" is none of');
    expect(failure).toMatch(/and 2 more$/);
    expect(failure).not.toContain("secret");
  });
});

/** A file that holds nothing on the disk. */
function huge(): string {
  const file = write("");
  truncateSync(file, 256 * 2 ** 20 + 1);
  return file;
}

function messageOf(action: () => unknown): string {
  try {
    action();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
