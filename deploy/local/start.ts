// `npm start`: brings the local target up, says what it does and how to use it, and stops everything on Ctrl-C.
import { Listr, PRESET_TIMER } from "listr2";
import { ensurePython } from "../python-env";
import { banner } from "./banner";
import { LocalTarget } from "./local-target";
import { frontDoorPort } from "./ports";
import { lockState, stateOf, type Target } from "./state";
import { issueToken } from "./tokens";
import { UserError } from "./user-error";

interface Progress {
  awsUrl: string;
  target?: Target;
}

/** Brings everything up, with one line per step. */
async function bringUp(local: LocalTarget): Promise<Target> {
  const steps = new Listr<Progress>(
    [
      {
        title: "Python environment",
        task: (_, task) => ensurePython("local", (step) => (task.output = step)),
      },
      {
        title: "Emulated AWS",
        task: async (progress) => {
          progress.awsUrl = await local.startEmulator();
        },
      },
      {
        title: "sls deploy --stage local",
        task: ({ awsUrl }, task) =>
          local.deploy(awsUrl, (line) => {
            if (process.stdout.isTTY) task.output = line; // one line that changes; all of them are in the log
          }),
      },
      {
        title: "Front door",
        task: async (progress) => {
          progress.target = await local.open(progress.awsUrl);
        },
      },
    ],
    {
      registerSignalListeners: false, // Ctrl-C is ours: children must stop in order
      rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false }, // main() shows it
      fallbackRenderer: "simple",
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  );
  const { target } = await steps.run({ awsUrl: "" });
  if (target === undefined) throw new Error("the steps ended without a target");
  return target;
}

async function main(): Promise<number> {
  const startedAt = performance.now();
  const state = stateOf();
  const release = lockState(state);
  const interrupted = nextSignal();
  try {
    const local = new LocalTarget(state, await frontDoorPort());
    try {
      const up = bringUp(local);
      const target = await Promise.race([up, interrupted.then(() => undefined)]);
      up.catch(() => undefined); // an interrupted start fails in its own time
      if (target === undefined) return 130;
      console.log(banner(target, await issueToken(target, {}), performance.now() - startedAt));
      const failure = await Promise.race([local.failed, interrupted.then(() => undefined)]);
      if (failure !== undefined) throw new UserError(failure);
      return 0;
    } finally {
      await local.stop();
    }
  } finally {
    release();
  }
}

/** Settles on the first Ctrl-C or polite kill; a second one is not needed, since stopping is bounded. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

main().then(
  (code) => {
    console.log("\nStopped; nothing is left running.");
    process.exit(code);
  },
  (error: unknown) => {
    console.error(error instanceof UserError ? `\n${error.message}` : error);
    process.exit(1);
  },
);
