// Every malformed request with a text is answered with a 4xx that says what to change; none reaches the limiter or the model.
import fc from "fast-check";
import { explain } from "../../src/explain/explain";
import { type ApiFunction, endpoint } from "../../src/http/endpoint";
import type { ProblemDetails } from "../../src/http/problem";
import { predictionCache } from "../../src/predict/cache";
import { predict } from "../../src/predict/predict";
import { apiEvent } from "../api-event";

const unreachable = () => Promise.reject(new Error("a malformed request got this far"));
const options = { guard: unreachable, model: unreachable, modelVersion: "m1" };
const operations: [string, ApiFunction][] = [
  ["POST /predict", predict({ ...options, cache: predictionCache("m1") })],
  ["POST /explain", explain(options)],
];

const pointers = ({ errors }: ProblemDetails) => errors?.map(({ pointer }) => pointer);

describe.each(operations)("malformed requests to %s", (_operation, handle) => {
  const handler = endpoint({ telemetry: { requestCompleted: () => undefined }, docsUrl: "/docs/errors", handle });

  async function refusal(event: Parameters<typeof apiEvent>[0]): Promise<ProblemDetails> {
    const { body } = await handler(apiEvent(event), { functionVersion: "1" });
    const details: ProblemDetails = JSON.parse(body ?? "");
    return details;
  }

  it.each<[string, string, string, string[]]>([
    ["null", "null", "invalid_request", [""]],
    ["an array", '[{"text":"x"}]', "invalid_request", [""]],
    ["a number", "7", "invalid_request", [""]],
    ["a string", '"text"', "invalid_request", [""]],
    ["a missing key", "{}", "invalid_request", ["/text"]],
    ["a wrong key", '{"Text":"x"}', "invalid_request", ["/text", "/Text"]],
    ["an extra key", '{"text":"x","a/b~c":1}', "invalid_request", ["/a~1b~0c"]],
    ["__proto__", '{"text":"x","__proto__":{}}', "invalid_request", ["/__proto__"]],
    ["a number as text", '{"text":7}', "invalid_request", ["/text"]],
    ["null as text", '{"text":null}', "invalid_request", ["/text"]],
    ["an empty text", '{"text":""}', "invalid_request", ["/text"]],
    ["a lone high surrogate", '{"text":"\\ud800"}', "invalid_request", ["/text"]],
    ["a lone low surrogate", '{"text":"a\\udc00b"}', "invalid_request", ["/text"]],
    ["deep JSON", `{"text":${"[".repeat(2_000)}${"]".repeat(2_000)}}`, "invalid_request", ["/text"]],
    ["1,025 bytes", JSON.stringify({ text: "x".repeat(1_025) }), "text_too_long", ["/text"]],
    ["1,024 emoji", JSON.stringify({ text: "😀".repeat(1_024) }), "text_too_long", ["/text"]],
  ])("%s", async (_name, body, code, where) => {
    const details = await refusal({ body });
    expect(details.code).toBe(code);
    expect(pointers(details)).toEqual(where);
  });

  it.each<[string, Parameters<typeof apiEvent>[0], string, number]>([
    ["no body", {}, "malformed_json", 400],
    ["an empty body", { body: "" }, "malformed_json", 400],
    ["duplicate keys", { body: '{"text":"x","text":"y"}' }, "malformed_json", 400],
    ["a raw NUL", { body: '{"text":"\u0000"}' }, "malformed_json", 400],
    [
      "invalid UTF-8",
      { body: Buffer.from([0x7b, 0xff]).toString("base64"), isBase64Encoded: true },
      "malformed_json",
      400,
    ],
    ["9 KB of spaces", { body: " ".repeat(9_216) }, "body_too_large", 413],
    ["no content type", { body: '{"text":"x"}', headers: {} }, "unsupported_media_type", 415],
    [
      "a form",
      { body: "text=x", headers: { "content-type": "application/x-www-form-urlencoded" } },
      "unsupported_media_type",
      415,
    ],
  ])("%s", async (_name, event, code, status) => {
    expect(await refusal(event)).toMatchObject({ code, status });
  });

  it("no input at all gives a 500", async () => {
    const bodies = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ wrong: value })),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.boolean(), async (body, isBase64Encoded) => {
        const { status } = await refusal({ body, isBase64Encoded });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 1_000 },
    );
  });
});
