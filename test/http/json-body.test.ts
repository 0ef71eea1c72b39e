import fc from "fast-check";
import { MAX_BODY_BYTES, readJsonBody } from "../../src/http/json-body";

const headers = { "content-type": "application/json" };
const read = (body: string) => readJsonBody({ body, isBase64Encoded: false, headers });
const readBytes = (bytes: Uint8Array) =>
  readJsonBody({ body: Buffer.from(bytes).toString("base64"), isBase64Encoded: true, headers });

describe("readJsonBody", () => {
  it("reads any JSON value, plain or base64-encoded, as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const json = JSON.stringify(value);
        fc.pre(Buffer.byteLength(json) <= MAX_BODY_BYTES);
        expect(read(json)).toEqual(JSON.parse(json));
        expect(readBytes(Buffer.from(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
  ])("takes the content type %s", (contentType) => {
    expect(readJsonBody({ body: "1", isBase64Encoded: false, headers: { "content-type": contentType } })).toBe(1);
  });

  it.each([
    undefined,
    "",
    "text/plain",
    "application/jsonp",
    "application/json; charset=latin1",
    "text/application/json",
  ])("refuses the content type %s", (contentType) => {
    const event = {
      body: "1",
      isBase64Encoded: false,
      headers: contentType === undefined ? {} : { "content-type": contentType },
    };
    expect(() => readJsonBody(event)).toThrow(expect.objectContaining({ code: "unsupported_media_type" }));
  });

  it("refuses by size before it parses", () => {
    expect(read("1".padStart(MAX_BODY_BYTES))).toBe(1);
    expect(() => read(" ".repeat(9_000))).toThrow(expect.objectContaining({ code: "body_too_large" }));
    expect(() => readBytes(Buffer.alloc(9_000, "é"))).toThrow(expect.objectContaining({ code: "body_too_large" }));
  });

  it.each(["", "   ", "{", "{'a':1}", '{"a":1}x', "nul", '"\u0000"', "NaN", "[".repeat(4_000)])(
    "refuses malformed JSON without quoting it: %j",
    (body) => {
      const error = expect.objectContaining({ code: "malformed_json", cause: undefined });
      expect(() => read(body)).toThrow(error);
    },
  );

  it("refuses a request without a body", () => {
    expect(() => readJsonBody({ isBase64Encoded: false, headers })).toThrow(
      expect.objectContaining({ code: "malformed_json" }),
    );
  });

  it("survives nesting as deep as the size limit allows", () => {
    const depth = MAX_BODY_BYTES / 2;
    const outcome = (() => {
      try {
        return typeof read("[".repeat(depth) + "]".repeat(depth));
      } catch (error) {
        return error;
      }
    })();
    expect(["object", "malformed_json"]).toContain(
      outcome instanceof Error && "code" in outcome ? outcome.code : outcome,
    );
  });

  it.each(['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"x":{"a":[{"b":1,"b":2}]}}', '{"__proto__":1,"__proto__":2}'])(
    "refuses duplicate keys: %s",
    (body) => {
      expect(() => read(body)).toThrow(expect.objectContaining({ code: "malformed_json" }));
    },
  );

  it.each(['{"a":"\\"b\\":","c":"x:"}', '[{"a":1},{"a":1}]', '{"a":{"a":{"a":1}}}', '{"":""}'])(
    "is not fooled by what only looks like duplicate keys: %s",
    (body) => {
      expect(read(body)).toEqual(JSON.parse(body));
    },
  );

  it("refuses invalid UTF-8", () => {
    expect(() => readBytes(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toThrow(
      expect.objectContaining({ code: "malformed_json" }),
    );
  });
});
