// Reads a request's body as strict JSON, refusing by size and type before it parses.
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { Problem } from "./problem";

/** Largest accepted body in bytes: 1,024 characters fit even when each is written as a \uXXXX escape (6 KiB). */
export const MAX_BODY_BYTES = 8192;

const JSON_CONTENT_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
// A string token of a valid JSON document, with the colon that makes it a key.
const STRING_TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

type Body = Pick<APIGatewayProxyEventV2, "body" | "isBase64Encoded" | "headers">;

/**
 * The parsed body.
 * @throws Problem `unsupported_media_type`, `body_too_large` or `malformed_json`.
 */
export function readJsonBody(event: Body): unknown {
  requireJsonContentType(event.headers["content-type"]);
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES) {
    throw new Problem("body_too_large", `The body has ${bytes.length} bytes; the limit is ${MAX_BODY_BYTES}.`);
  }
  const json = decodeUtf8(bytes);
  const { value, keys } = parse(json);
  if (keys !== countSpelledKeys(json)) {
    throw new Problem("malformed_json", "An object names the same key more than once; name each key once.");
  }
  return value;
}

function requireJsonContentType(contentType: string | undefined): void {
  if (contentType !== undefined && JSON_CONTENT_TYPE.test(contentType)) return;
  const found = contentType === undefined ? "The request has no content type" : "The request has another content type";
  throw new Problem("unsupported_media_type", `${found}; send content-type: application/json in UTF-8.`);
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Problem("malformed_json", "The body is not valid UTF-8; encode the JSON document as UTF-8.", { cause });
  }
}

/** Parses and counts the object keys that survive parsing. */
function parse(json: string): { value: unknown; keys: number } {
  let keys = 0;
  try {
    const value: unknown = JSON.parse(json, function (this: unknown, _key, child: unknown) {
      if (!Array.isArray(this)) keys += 1;
      return child;
    });
    return { value, keys: keys - 1 }; // the reviver also visits a root holder under the key ""
  } catch {
    // The parser's own message quotes the body, and so the user's text: not passed on, not even as a cause.
    const state = json.trim() === "" ? "The body is empty" : "The body is not valid JSON";
    throw new Problem("malformed_json", `${state}; send a JSON object like {"text": "…"}.`);
  }
}

/** JSON.parse keeps the last of two equal keys silently: a valid document that spells more keys than it keeps has duplicates. */
function countSpelledKeys(json: string): number {
  return [...json.matchAll(STRING_TOKEN)].filter(([, colon]) => colon !== undefined).length;
}
