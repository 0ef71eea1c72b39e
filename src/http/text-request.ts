// The request of every operation that takes one text, as a closed JSON Schema: the only source of its validator, type and OpenAPI.
import type { FromSchema } from "json-schema-to-ts";

/** Longest accepted text in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1024;

/** Body of a request. `x-` keywords are checked by the compiled validator (deploy/schema-keywords.ts). */
export const TEXT_REQUEST = {
  type: "object",
  description: "One text.",
  required: ["text"],
  properties: {
    text: {
      type: "string",
      minLength: 1,
      "x-maxUtf8Bytes": MAX_TEXT_BYTES,
      "x-wellFormed": true,
      description: `1 to ${MAX_TEXT_BYTES} bytes of UTF-8, however it is escaped in JSON.`,
      examples: ["I love how fast the support team answered."],
    },
  },
  additionalProperties: false,
} as const;

/** A valid request body. */
export type TextRequest = FromSchema<typeof TEXT_REQUEST>;
