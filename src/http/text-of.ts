// Reads the one text that a request is about.
import type { ApiRequest } from "./endpoint";
import { assertMatches } from "./schema-errors";
import { validateTextRequest } from "./validate.generated";

/** The text, whose size is noted. @throws Problem that says what is wrong with the body. */
export function textOf(request: ApiRequest): string {
  const body = request.json();
  assertMatches(validateTextRequest, body);
  request.note({ text_bytes: Buffer.byteLength(body.text) });
  return body.text;
}
