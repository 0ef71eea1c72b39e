import { runCommand } from "../../deploy/command";
import { UserError } from "../../deploy/local/user-error";

describe("runCommand", () => {
  let printed: jest.SpyInstance;
  beforeEach(() => {
    printed = jest.spyOn(console, "error").mockImplementation(() => undefined);
  });
  afterEach(() => {
    printed.mockRestore();
    process.exitCode = 0;
  });

  it.each([
    [3, 3],
    [undefined, 0],
  ])("ends a command that settles with %p with %p", async (result, code) => {
    await runCommand(() => Promise.resolve(result));
    expect(process.exitCode).toBe(code);
  });

  it.each([
    [new UserError("Port 3000 is in use."), "Port 3000 is in use."],
    [new TypeError("a bug"), expect.any(TypeError)],
  ])("shows %p and ends with 1", async (error, shown) => {
    await runCommand(() => Promise.reject(error));
    expect(printed.mock.calls).toEqual([[shown]]);
    expect(process.exitCode).toBe(1);
  });
});
