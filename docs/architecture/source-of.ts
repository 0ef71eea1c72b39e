// Which source a PNG was rendered from: a digest in a text chunk, so that a test can tell an old picture.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

const KEYWORD = "Source-SHA256";
const HEADER_BYTES = 8 + 25; // signature and IHDR, which must come first (PNG specification, 5.6)

/** Hexadecimal. */
export function digestOf(source: string): string {
  return createHash("sha256").update(source).digest("hex");
}

/** The picture with a tEXt chunk (PNG specification, 11.3.3.2) that names its source. */
export function withSource(png: Buffer, digest: string): Buffer {
  const typed = Buffer.from(`tEXt${KEYWORD}\0${digest}`, "latin1");
  const chunk = Buffer.alloc(typed.length + 8);
  chunk.writeUInt32BE(typed.length - 4, 0);
  typed.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(typed), typed.length + 4);
  return Buffer.concat([png.subarray(0, HEADER_BYTES), chunk, png.subarray(HEADER_BYTES)]);
}

/** The digest that {@link withSource} wrote. */
export function sourceOf(png: Buffer): string | undefined {
  return new RegExp(`tEXt${KEYWORD}\0([0-9a-f]{64})`).exec(png.toString("latin1"))?.[1];
}
