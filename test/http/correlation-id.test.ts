import { correlationId } from "../../src/http/correlation-id";

describe("correlationId", () => {
  it.each(["a", "A-b_c.9", "x".repeat(64)])("keeps the well-formed id %s", (id) => {
    expect(correlationId(id)).toBe(id);
  });

  it.each([undefined, "", "x".repeat(65), "a b", "a,b", "ü", "a\nb", "<script>"])("replaces %j", (header) => {
    expect(correlationId(header)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("makes a new id each time", () => {
    expect(correlationId(undefined)).not.toBe(correlationId(undefined));
  });
});
