// Every error the API can answer with, as RFC 9457 problem details with stable codes.

/** A JSON Schema violation of the request, located by JSON pointer (RFC 6901). */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** The catalogue: stable code -> HTTP status, title, and what a client does about it. Clients may rely on codes; texts may change. */
export const PROBLEMS = {
  malformed_json: {
    status: 400,
    title: "The body is not valid JSON",
    remedy: "Send one JSON document in UTF-8 that names each key once.",
  },
  invalid_request: {
    status: 400,
    title: "The body does not match the schema",
    remedy: "Read `errors`: each entry points at a value and says what is expected.",
  },
  unauthorized: {
    status: 401,
    title: "The token names no user",
    remedy: "Send a Cognito access token as `Authorization: Bearer …`.",
  },
  no_report: {
    status: 404,
    title: "There is no report yet",
    remedy: "Ask again after the first governance report; there is one a week.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    remedy: "Send at most 8,192 bytes of JSON.",
  },
  text_too_long: {
    status: 413,
    title: "The text is too long",
    remedy: "Send at most 1,024 bytes of UTF-8 as `text`; split longer texts.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The content type is not supported",
    remedy: "Send `content-type: application/json` (UTF-8).",
  },
  rate_limit_exceeded: {
    status: 429,
    title: "Too many requests",
    remedy:
      "Wait for the seconds in `Retry-After`; the quota is 100 requests a minute with bursts of 200, and an explanation costs 10.",
  },
  internal_error: {
    status: 500,
    title: "Something went wrong on our side",
    remedy: "Retry once; if it persists, report the correlation id in `instance`.",
  },
  model_unavailable: {
    status: 503,
    title: "The model is not available",
    remedy: "Retry after the seconds in `Retry-After`.",
  },
  report_unavailable: {
    status: 503,
    title: "The report is not available",
    remedy: "Retry after the seconds in `Retry-After`.",
  },
  rate_limiter_unavailable: {
    status: 503,
    title: "The rate limiter is not available",
    remedy: "Retry after the seconds in `Retry-After`.",
  },
} as const satisfies Record<string, { status: number; title: string; remedy: string }>;

/** A stable error code of the catalogue. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The `application/problem+json` document (RFC 9457, section 3.1, with the extensions `code` and `errors`). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/** JSON Schema of {@link ProblemDetails}, for the OpenAPI document. */
export const PROBLEM_SCHEMA = {
  type: "object",
  description: "RFC 9457 problem details.",
  required: ["type", "title", "status", "detail", "code", "instance"],
  properties: {
    type: { type: "string", format: "uri-reference", description: "Where this code is documented." },
    title: { type: "string" },
    status: { type: "integer", minimum: 400, maximum: 599 },
    detail: { type: "string", description: "What happened and what to change." },
    code: { type: "string", enum: Object.keys(PROBLEMS), description: "Stable; safe to branch on." },
    instance: { type: "string", description: "The correlation id of the request." },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["pointer", "detail"],
        properties: {
          pointer: { type: "string", description: "JSON pointer (RFC 6901) into the request body." },
          detail: { type: "string" },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
} as const;

interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An error that is meant for the client: thrown anywhere below the endpoint, answered as problem+json. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param detail - What happened and what to change; never holds internals or the user's text.
   */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  /** The HTTP status of this problem's code. */
  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /**
   * @param docsUrl - Address of the error reference that holds one anchor per code.
   * @param instance - The correlation id.
   */
  toDetails(docsUrl: string, instance: string): ProblemDetails {
    return {
      type: `${docsUrl}#${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      instance,
      ...(this.errors && { errors: this.errors }),
    };
  }
}
