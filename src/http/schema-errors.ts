// Turns JSON Schema violations into a problem that says which value to change.
import type { ErrorObject } from "ajv";
import { type FieldError, Problem } from "./problem";

/** A validator compiled from a closed schema at build time. */
export interface Validator<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

/**
 * Narrows `body` to what the schema describes.
 * @throws Problem `text_too_long` when only a byte limit is exceeded, else `invalid_request` with a pointer per violation.
 */
export function assertMatches<T>(validate: Validator<T>, body: unknown): asserts body is T {
  if (validate(body)) return;
  const errors = (validate.errors ?? []).map(fieldError);
  const tooLong = validate.errors?.find((error) => error.keyword === "x-maxUtf8Bytes");
  if (tooLong && errors.length === 1) {
    throw new Problem("text_too_long", `The value at ${tooLong.instancePath} ${tooLong.message}.`, { errors });
  }
  throw new Problem("invalid_request", "The body does not match the schema; see errors.", { errors });
}

function fieldError(error: ErrorObject): FieldError {
  const child = childOf(error);
  const pointer = child === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(child)}`;
  return { pointer, detail: detailOf(error) };
}

/** Missing and surplus keys are reported on the object; the pointer names the key itself. */
function childOf({ params }: ErrorObject): string | undefined {
  const key: unknown = params["missingProperty"] ?? params["additionalProperty"];
  return typeof key === "string" ? key : undefined;
}

function detailOf({ keyword, message = "is not valid" }: ErrorObject): string {
  if (keyword === "required") return "is required";
  if (keyword === "additionalProperties") return "is not a known key; remove it";
  return message;
}

function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
