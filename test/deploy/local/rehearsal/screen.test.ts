import { stripVTControlCharacters } from "node:util";
import { frame } from "../../../../deploy/local/rehearsal/frame";
import { screenOn } from "../../../../deploy/local/rehearsal/screen";
import { START, StagedScene, slowRelease } from "./a-scene";

const plain = (_style: unknown, text: string) => text;

function outputOf(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  return { isTTY, columns, rows: 40, written, write: (text: string) => written.push(text) > 0 };
}

describe("the picture", () => {
  it("shows traffic, p95, errors and samples of both versions, the alarms and the users", () => {
    const { scene } = slowRelease();
    const picture = frame(scene, scene.moments(), START + 30_000, plain);
    expect(picture.find((line) => line.includes("stable 1"))).toMatch(/100 % +100 ms +0\.0 %/);
    expect(picture.find((line) => line.includes("canary 2"))).toMatch(/0 % +200 ms +0\.0 % +20/);
    expect(picture.join("\n")).toMatch(/p95, canary \/ stable +2\.00 {2}limit 1\.30 {2}ALARM/);
    expect(picture.join("\n")).toContain("100 requests, none failed");
    expect(picture.join("\n")).toContain("rolled back, as it should be");
  });

  it("says that alarms are quiet below their number of samples", () => {
    const { scene } = new StagedScene("good").created().shifted(10, 0.1).answered(12, "2", 100).alarms(13, "OK", 0);
    expect(frame(scene, [], START + 13_000, plain).join("\n")).toContain("quiet below 100 samples");
  });

  it("no longer says so of an alarm that has its samples", () => {
    const staged = new StagedScene("good").created().shifted(10, 0.1);
    for (let made = 0; made < 100; made += 1) staged.answered(12, "1", 100).answered(12, "2", 100);
    const picture = frame(staged.alarms(13, "OK", 1).scene, [], START + 13_000, plain).join("\n");
    expect(picture).toContain("p95, canary / stable");
    expect(picture).not.toContain("quiet below");
  });

  it("has lines of p95 only once there is one, with gaps where a version has none", () => {
    const { scene } = new StagedScene("good").created().answered(12, "1", 100);
    const lines = (seconds: readonly number[]) => {
      const history = seconds.map((second) => scene.now(START + second * 1000));
      return frame(scene, history, START + 13_000, plain).filter((line) => line.startsWith("  p95"));
    };
    expect(lines([])).toEqual([]);
    expect(lines([6, 7])).toEqual([]);
    expect(lines([6, 12])).toEqual(["  p95 stable   █", "  p95 canary      top 100 ms"]);
  });

  it("tells lost requests from those that the fault hit", () => {
    const text = (staged: StagedScene) => frame(staged.scene, [], START, plain).join("\n");
    expect(text(new StagedScene("errors").request(503, true))).toContain("1 failed by the fault");
    expect(text(new StagedScene("good").request(502))).toContain("1 failed, 1 of them lost");
  });
});

describe("a terminal", () => {
  it("is redrawn in place, has its cursor back in the end, and no line that wraps", () => {
    const output = outputOf(true, 40);
    const screen = screenOn(output);
    const { scene } = slowRelease();
    screen.begin(scene);
    screen.happened({ at: 1, kind: "step", text: "one" });
    screen.happened({ at: 1, kind: "step", text: "two" });
    screen.end();
    const text = output.written.join("");
    expect(text).toContain("\r\u001b[J"); // back over the picture before
    expect(text.endsWith("\u001b[?25h")).toBe(true);
    const lines = stripVTControlCharacters(text).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
  });

  it("keeps what was said above the picture", () => {
    const output = outputOf(true);
    const screen = screenOn(output);
    screen.say("deploying");
    screen.begin(slowRelease().scene);
    screen.say("still there");
    screen.end();
    expect(output.written.join("")).toContain("deploying\n");
    expect(output.written.join("")).toContain("still there\n");
  });
});

it("takes a terminal that does not tell its size for one of 80 columns and 24 rows", () => {
  const written: string[] = [];
  const screen = screenOn({ isTTY: true, write: (text: string) => written.push(text) > 0 });
  const names = ["a", "b", "c", "d", "e", "f"];
  const { scene } = slowRelease().event(31, {
    kind: "alarms",
    alarms: names.map((name) => ({ name, state: "OK", value: 0, threshold: 1 })),
  });
  scene.mark("step", "long ".repeat(40), START + 6000);
  screen.begin(scene);
  screen.happened({ at: 6, kind: "step", text: "long" });
  screen.happened({ at: 6, kind: "step", text: "long" });
  screen.end();
  const text = written.join("");
  expect(text).toContain("\u001b[23A"); // back over a picture that left the cursor its row
  const lines = stripVTControlCharacters(text).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});

it("leaves a terminal alone in the end when no scene began", () => {
  const output = outputOf(true);
  screenOn(output).end();
  expect(output.written).toEqual([]);
});

describe("a file", () => {
  it("gets plain lines, one for everything that happened", () => {
    const output = outputOf(false);
    const screen = screenOn(output);
    const { scene, marks } = slowRelease();
    screen.say("deploying");
    screen.begin(scene);
    for (const mark of marks) screen.happened(mark);
    screen.end();
    const text = output.written.join("");
    expect(text).toBe(stripVTControlCharacters(text));
    expect(text).toContain("   30.0 s  all traffic is back on version 1\n".trimStart());
    expect(text.split("\n")).toHaveLength(marks.length + 4);
  });
});
