// What /proc says, as Linux writes it, and of a real process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { until } from "../../until";
import { cpuMs, descendants, killLeftovers, memoryMiB, parsePss, parseStat, processTree } from "./process-tree";

const STAT =
  "4242 (a (odd) name) S 17 4242 4242 0 -1 4194304 9 9 9 9 120 30 40 10 20 0 3 0 98765 9 9 18446744073709551615 0\n";

test("a stat line is read past a name with spaces and parentheses", () => {
  expect(parseStat(STAT)).toEqual({ pid: 4242, parent: 17, cpuTicks: 200, startTicks: 98_765 });
});

test("the proportional set size is in MiB, and 0 for a process that has ended", () => {
  expect(parsePss("55d0-7ffe ---p 00000000 00:00 0 [rollup]\nRss:  9999 kB\nPss:  2048 kB\nPss_Anon: 1 kB\n")).toBe(2);
  expect(parsePss("")).toBe(0);
});

test("descendants are found at any depth and in any order, others are not", () => {
  const stat = (pid: number, parent: number) => ({ pid, parent, cpuTicks: 0, startTicks: 0 });
  const all = [stat(5, 4), stat(4, 2), stat(2, 1), stat(3, 1), stat(1, 0)];
  expect(descendants(all, 2).map(({ pid }) => pid)).toEqual([2, 4, 5]);
  expect(descendants(all, 99)).toEqual([]);
});

const onLinux = process.platform === "linux" ? test : test.skip;

onLinux("this process has used CPU time and memory", () => {
  expect(cpuMs(process.pid)).toBeGreaterThan(0);
  expect(memoryMiB(process.pid)).toBeGreaterThan(1);
});

onLinux("a tree is killed with what it started, even in a session of its own", async () => {
  const child = spawn("sh", ["-c", "setsid sleep 600 & wait"]);
  const exited = once(child, "exit");
  const tree = () => processTree(child.pid ?? 0);
  await until(() => tree().length >= 2, 10_000);
  const before = tree();
  killLeftovers(before);
  await exited;
  await until(() => before.every(({ pid }) => processTree(pid).length === 0), 10_000);
});

onLinux("a process id that somebody else has by now is left alone", async () => {
  const child = spawn("sleep", ["600"]);
  await once(child, "spawn");
  const [stat] = processTree(child.pid ?? 0);
  expect(stat).toBeDefined();
  if (stat) killLeftovers([{ ...stat, startTicks: stat.startTicks - 1 }]);
  expect(processTree(child.pid ?? 0)).toHaveLength(1);
  child.kill();
  await once(child, "exit");
});
