// A refusal of CodeDeploy's API.

/** `code` is AWS's name for it. */
export class CodeDeployError extends Error {
  override readonly name = "CodeDeployError";

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
