// What AWS refuses, in words that say what to do.
import { UserError } from "../local/user-error";

const OSLS_WITHOUT_CREDENTIALS = "AWS provider credentials not found";

/** @returns A UserError for what the user can mend (rights, credentials, an address), else the error as it came. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const { name, message } = error;
  const action = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
  if (action !== undefined)
    return new UserError(`Access denied: your identity needs the right ${action}. AWS says: ${message}`);
  if (/^(AccessDenied|Forbidden|UnauthorizedOperation)/.test(name))
    return new UserError(`Access denied. AWS says: ${message}`);
  if (name === "CredentialsProviderError" || message.startsWith(OSLS_WITHOUT_CREDENTIALS))
    return new UserError(
      `No AWS credentials: set AWS_PROFILE, or the AWS_ACCESS_KEY_ID that you deploy with. (${message})`,
    );
  if (/^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient)/.test(name))
    return new UserError(`AWS does not accept these credentials; sign in again. AWS says: ${message}`);
  const code: unknown = Reflect.get(error, "code");
  if (code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "ETIMEDOUT")
    return new UserError(
      `AWS cannot be reached: ${message || code}. Is the region right, and for stage local \`npm start\` running?`,
    );
  return error;
}

/** Whether AWS answered that there is no such thing, by the error names of the services that we ask. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^(NotFound|NoSuchKey|ParameterNotFound|ResourceNotFoundException)$/.test(error.name)) return true;
  return error.name === "ValidationException" && /could not find/i.test(error.message); // SageMaker
}
