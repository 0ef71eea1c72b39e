// JSON Schema keywords for rules that standard JSON Schema cannot express, compiled to inline code by ajv.
import { _, type KeywordCxt } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020";

/** Adds `x-maxUtf8Bytes` (a limit in bytes, where `maxLength` counts characters) and `x-wellFormed` (no lone surrogates). */
export function addKeywords(ajv: Ajv2020): void {
  ajv.addKeyword({
    keyword: "x-maxUtf8Bytes",
    type: "string",
    schemaType: "number",
    error: { message: ({ schema }) => `must have at most ${schema} bytes of UTF-8` },
    code: (cxt: KeywordCxt) => cxt.fail(_`Buffer.byteLength(${cxt.data}) > ${cxt.schemaValue}`),
  });
  ajv.addKeyword({
    keyword: "x-wellFormed",
    type: "string",
    schemaType: "boolean",
    error: { message: "must be well-formed Unicode, without lone surrogates" },
    code: (cxt: KeywordCxt) => cxt.fail(_`!${cxt.data}.isWellFormed()`),
  });
}
