// The architecture diagram: the picture in the repository shows the source beside it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { deflateSync } from "node:zlib";
import { ROOT } from "../../deploy/root";
import { digestOf, sourceOf, withSource } from "../../docs/architecture/source-of";

const dot = readFileSync(path.join(ROOT, "docs", "architecture", "architecture.dot"), "utf8");

it("docs/diagram.png shows architecture.dot as it is now (else: npm run diagram)", () => {
  expect(sourceOf(readFileSync(path.join(ROOT, "docs", "diagram.png")))).toBe(digestOf(dot));
});

it("a picture remembers its source and stays a picture", () => {
  const header = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55", "hex");
  const rest = Buffer.concat([deflateSync(Buffer.from([0, 0])), Buffer.from("IEND")]);
  const marked = withSource(Buffer.concat([header, rest]), digestOf("digraph {}"));
  expect(sourceOf(marked)).toBe(digestOf("digraph {}"));
  expect(marked.subarray(0, header.length)).toEqual(header);
  expect(marked.subarray(-rest.length)).toEqual(rest);
  expect(sourceOf(header)).toBeUndefined();
});
