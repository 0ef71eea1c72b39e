import { connect } from "node:net";

describe("unit tests", () => {
  it.each([
    { host: "192.0.2.1", port: 443 },
    { host: "example.com", port: 443 },
  ])("cannot reach $host", (address) => {
    expect(() => connect(address)).toThrow("unit tests cannot reach the network");
  });

  it("cannot fetch from the network", async () => {
    await expect(fetch("https://192.0.2.1/")).rejects.toMatchObject({ cause: { message: /cannot reach the network/ } });
  });
});
