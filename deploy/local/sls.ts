// `sls deploy` as a child process: for the local target, and for the commands that release.
import { Child, shown } from "./child";
import { UserError } from "./user-error";
import { SLS } from "./workspace";

interface SlsDeployOptions {
  /** Such as `--stage local`. */
  readonly flags: readonly string[];
  /** For osls' `--param`: what the stage's parameters are to be instead. */
  readonly params: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
  /** Called with each line that osls prints. */
  readonly onLine: (line: string) => void;
}

/** Starts it. */
export function startSlsDeploy({ flags, params, ...options }: SlsDeployOptions): Child {
  const values = Object.entries(params).map(([name, value]) => `--param=${name}=${value}`);
  const args = [SLS, "deploy", "--verbose", ...flags, ...values];
  return new Child({ command: process.execPath, args, ...options });
}

/** Why it failed: what osls printed below `Error:`, without stack frames. */
export function slsFailure({ tail }: Child, log: string): UserError {
  const message = tail.slice(tail.lastIndexOf("Error:") + 1).filter((line) => !line.startsWith("at "));
  return new UserError(`sls deploy failed: ${message.join(" ")} (log: ${shown(log)})`);
}
