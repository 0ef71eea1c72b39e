// An error that the person at the terminal can mend: shown as one line, without a stack.

/** `message` says what is wrong and what to do about it. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}
