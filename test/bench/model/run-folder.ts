// The folder and the servers of one run of a benchmark, which are gone when it ends, however it ends.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { Children } from "./children";
import { ENVIRONMENTS } from "./environments";

const STOPPED_BY_SIGNAL = 130;

/** @throws what `work` throws, but for what a signal interrupted. */
export async function inRunFolder(work: (children: Children, folder: string) => Promise<void>): Promise<void> {
  mkdirSync(ENVIRONMENTS, { recursive: true });
  const folder = mkdtempSync(path.join(ENVIRONMENTS, "run-"));
  const children = new Children(folder);
  const clean = async () => {
    await children.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void clean().finally(() => process.exit(STOPPED_BY_SIGNAL)));
  }
  try {
    await work(children, folder);
  } catch (error) {
    if (!children.stopped) throw error;
  } finally {
    await clean();
  }
}
