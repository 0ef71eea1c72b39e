import { once } from "node:events";
import { createServer } from "node:net";
import { freePort, frontDoorPort, portOf } from "../../../deploy/local/ports";

describe("portOf", () => {
  it("refuses a server that listens on none", () => {
    expect(() => portOf(createServer())).toThrow("listens on no port");
  });
});

describe("frontDoorPort", () => {
  it("takes a free port from PORT", async () => {
    const port = await freePort();
    await expect(frontDoorPort({ PORT: String(port) })).resolves.toBe(port);
  });

  it("names another port when this one is taken", async () => {
    const server = createServer().listen(await freePort(), "127.0.0.1");
    await once(server, "listening");
    const port = portOf(server);
    await expect(frontDoorPort({ PORT: String(port) })).rejects.toThrow(`Port ${port} is in use`);
    server.close();
    await once(server, "close");
  });

  it.each(["http", "-1", "65536", "3000.5"])("refuses PORT=%j", async (PORT) => {
    await expect(frontDoorPort({ PORT })).rejects.toThrow("PORT must be a whole number");
  });
});
