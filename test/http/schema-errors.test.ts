import { assertMatches, type Validator } from "../../src/http/schema-errors";

function validator(...errors: NonNullable<Validator<object>["errors"]>): Validator<object> {
  const validate = (data: unknown): data is object => errors.length === 0 && data !== undefined;
  return Object.assign(validate, { errors });
}

const violation = { instancePath: "/text", schemaPath: "", keyword: "type", params: {}, message: "must be string" };
const tooLong = { ...violation, keyword: "x-maxUtf8Bytes", message: "must have at most 9 bytes" };

describe("assertMatches", () => {
  it("passes what the schema describes", () => {
    expect(() => assertMatches(validator(), {})).not.toThrow();
  });

  it("says for each violation where it is and what is expected", () => {
    const errors = [{ pointer: "/text", detail: "must be string" }];
    expect(() => assertMatches(validator(violation), {})).toThrow(
      expect.objectContaining({ code: "invalid_request", errors }),
    );
  });

  it("answers 413 when a byte limit is all that is wrong, else 400", () => {
    expect(() => assertMatches(validator(tooLong), {})).toThrow(expect.objectContaining({ status: 413 }));
    expect(() => assertMatches(validator(tooLong, violation), {})).toThrow(expect.objectContaining({ status: 400 }));
  });

  it("copes with a violation without a message", () => {
    const errors = [{ pointer: "/text", detail: "is not valid" }];
    const silent = { instancePath: "/text", schemaPath: "", keyword: "type", params: {} };
    expect(() => assertMatches(validator(silent), {})).toThrow(expect.objectContaining({ errors }));
  });
});
