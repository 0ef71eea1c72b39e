// Where a rehearsal is watched: a terminal that is redrawn, or plain lines for a file or a pipe.
import { stripVTControlCharacters, styleText } from "node:util";
import { frame, markLine, type Paint } from "./frame";
import type { Mark, Moment, Scene } from "./scene";

export interface Screen {
  /** Says something that stays. */
  say(line: string): void;
  /** A scene begins. */
  begin(scene: Scene): void;
  /** Something happened in the scene. */
  happened(mark: Mark): void;
  /** The scene is over, or there will be no more. */
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, "write"> & Partial<Pick<NodeJS.WriteStream, "columns" | "rows" | "isTTY">>;

const REDRAW_MS = 250;
/** Redraws between two moments that are kept for the lines of p95. */
const HISTORY_STEP = 3;

const plain: Paint = (_style, text) => text;

/** A screen on an output: redrawn where that is a terminal. */
export function screenOn(output: Output): Screen {
  return output.isTTY === true ? new LiveScreen(output) : new PlainScreen(output);
}

/** Lines only. */
class PlainScreen implements Screen {
  constructor(private readonly output: Output) {}

  say(line: string): void {
    this.output.write(`${line}\n`);
  }

  begin(scene: Scene): void {
    this.say(`\n${scene.name}`);
  }

  happened(mark: Mark): void {
    this.say(markLine(mark, plain));
  }

  end(): void {
    // every line is there already
  }
}

/** A picture that is drawn over and over; what is said stands above it. */
class LiveScreen implements Screen {
  private height = 0;
  private scene: Scene | undefined;
  private history: Moment[] = [];
  private redraws = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly output: Output) {}

  say(line: string): void {
    this.clear();
    this.output.write(`${line}\n`);
    this.draw();
  }

  begin(scene: Scene): void {
    this.scene = scene;
    this.history = [];
    this.timer = setInterval(() => this.redraw(), REDRAW_MS);
    this.output.write("\u001b[?25l"); // no cursor
  }

  happened(): void {
    this.redraw();
  }

  end(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.redraw();
    this.height = 0; // the last picture stays
    this.scene = undefined;
    this.output.write("\n\u001b[?25h");
  }

  private redraw(): void {
    this.clear();
    this.draw();
  }

  private clear(): void {
    if (this.height > 0) this.output.write(`\u001b[${this.height}A\r\u001b[J`);
    this.height = 0;
  }

  private draw(): void {
    if (!this.scene) return;
    const now = Date.now();
    if (this.redraws++ % HISTORY_STEP === 0) this.history.push(this.scene.now(now));
    const { columns = 80, rows = 24 } = this.output;
    const lines = frame(this.scene, this.history, now, styleText).slice(0, Math.max(rows - 1, 1));
    this.output.write(`${lines.map((line) => cut(line, columns)).join("\n")}\n`);
    this.height = lines.length;
  }
}

/** A line that would wrap would be counted wrongly, so it is cut, and loses its colours. */
function cut(line: string, columns: number): string {
  const text = stripVTControlCharacters(line);
  return text.length < columns ? line : text.slice(0, columns - 1);
}
