// What a process and everything it started cost: CPU time and memory, read from Linux's /proc (man 5 proc).
import { readdirSync, readFileSync } from "node:fs";

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on
const [PARENT, USER_TIME, CHILDREN_SYSTEM_TIME, START_TIME] = [1, 11, 14, 19]; // places in stat after the name

/** A line of /proc/PID/stat; times in clock ticks. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** In user and system mode, with that of children that have ended. */
  readonly cpuTicks: number;
  readonly startTicks: number;
}

/** Reads a line of /proc/PID/stat, whose second field is a name that may hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat {
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return {
    pid: Number.parseInt(line, 10),
    parent: fields[PARENT] ?? 0,
    cpuTicks: fields.slice(USER_TIME, CHILDREN_SYSTEM_TIME + 1).reduce((sum, ticks) => sum + ticks, 0),
    startTicks: fields[START_TIME] ?? 0,
  };
}

/** The proportional set size in /proc/PID/smaps_rollup, in MiB: memory shared with others counts in part. */
export function parsePss(rollup: string): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024;
}

/** `root` and its descendants among `all`. */
export function descendants(all: readonly ProcessStat[], root: number): readonly ProcessStat[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid)); // grows while it is walked
  return found;
}

/** The living processes of a tree. */
export function processTree(root: number): readonly ProcessStat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const all = pids.flatMap((pid) => {
    const line = read(`/proc/${pid}/stat`);
    return line === "" ? [] : [parseStat(line)];
  });
  return descendants(all, root);
}

/** CPU time of a tree since it started, in ms. */
export function cpuMs(root: number): number {
  return processTree(root).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) * TICK_MS;
}

/** Proportional set size of a tree, in MiB. */
export function memoryMiB(root: number): number {
  return processTree(root).reduce((sum, { pid }) => sum + parsePss(read(`/proc/${pid}/smaps_rollup`)), 0);
}

/** Kills those of `tree` that still run: servers that put their workers in sessions of their own leave some behind. */
export function killLeftovers(tree: readonly ProcessStat[]): void {
  for (const { pid, startTicks } of tree) {
    const line = read(`/proc/${pid}/stat`);
    if (line !== "" && parseStat(line).startTicks === startTicks) process.kill(pid, "SIGKILL");
  }
}

/** A file's text, or nothing when its process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
