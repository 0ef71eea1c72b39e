// The dashboard: draws what deploy/local/dashboard/page.ts put into the page.

/**
 * @typedef {{ label: string, color?: string, values: (number | null)[], note?: string }} Line
 * @typedef {{ x: number, width: number, height: number }} Place
 * @typedef {Place & { kind: "text", markdown: string }} TextWidget
 * @typedef {Place & { kind: "alarms", title: string, alarms: { name: string, state?: string, note?: string }[] }} AlarmWidget
 * @typedef {Place & { kind: "failed", title: string, reason: string }} FailedWidget
 * @typedef {Place & { kind: "graph" | "numbers", title: string, isStacked: boolean, times: number[], series: Line[],
 *   limits: { label?: string, value: number }[] }} MetricWidget
 * @typedef {{ stage: string, at: string, minutes: number,
 *   widgets: (TextWidget | AlarmWidget | FailedWidget | MetricWidget)[] }} Preview
 */

{
  /** @type {Preview} */
  const preview = JSON.parse(document.getElementById("preview")?.textContent ?? "");
  // The script before this one defines it.
  const uPlot = /** @type {typeof import("uplot")} */ (Reflect.get(window, "uPlot"));
  const COLOURS = 6;

  /** @param {number | null | undefined} value */
  function format(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    return value.toLocaleString("en", size >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
  }

  /** @param {number} seconds - Since the epoch. */
  const clock = (seconds) =>
    new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  /** Strong text, code and links; everything else stays text. @param {string} markdown */
  function inline(markdown) {
    return markdown.split(/(\*\*[^*]+\*\*|`[^`]+`|\[[^\]]+\]\(\S+?\)(?=[\s.,]|$))/).map((part) => {
      const [, text, href] = /^\[([^\]]+)\]\((https:\S+)\)$/.exec(part) ?? [];
      if (text !== undefined && href !== undefined) return element("a", { href, rel: "noreferrer" }, text);
      if (part.startsWith("**")) return element("strong", {}, part.slice(2, -2));
      return part.startsWith("`") ? element("code", {}, part.slice(1, -1)) : part;
    });
  }

  /** @param {TextWidget} widget */
  function text({ markdown }) {
    return markdown.split(/\n{2,}/).map((paragraph) => element("p", {}, ...inline(paragraph.trim())));
  }

  const STATES = { ALARM: "bad", OK: "good" };
  const MARKS = { ALARM: "✗", OK: "✓" };

  /** @param {AlarmWidget} widget */
  function alarms({ title, alarms: named }) {
    const items = named.map(({ name, state, note }) => {
      const [, look = "soft"] = Object.entries(STATES).find(([known]) => known === state) ?? [];
      const [, mark = "–"] = Object.entries(MARKS).find(([known]) => known === state) ?? [];
      const said = state === undefined ? (note ?? "") : state.toLowerCase().replace("_", " ");
      return element("li", { class: look }, element("b", {}, name), `${mark} ${said}`);
    });
    return [element("h2", {}, title), element("ul", { class: "alarms" }, ...items)];
  }

  /** @param {MetricWidget} widget */
  function numbers({ title, series }) {
    const rows = series.map(({ label, values, note }) =>
      element(
        "div",
        {},
        element("dt", {}, label),
        element("dd", note ? { class: "soft", title: note } : {}, format(values.at(-1))),
      ),
    );
    return [element("h2", {}, title), element("dl", { class: "numbers" }, ...rows), ...notes(series)];
  }

  /** Says once what is not measured. @param {Line[]} series */
  function notes(series) {
    const said = new Set(series.flatMap(({ note }) => note ?? []));
    return [...said].map((note) => element("p", { class: "soft" }, note));
  }

  /** @param {Line} line @param {number} index */
  const strokeOf =
    ({ color }, index) =>
    () =>
      color ? colour("bad") : colour(`line-${(index % COLOURS) + 1}`);

  /** @type {(() => void)[]} */
  const redraws = [];

  /**
   * A dashed line at each limit, with its name.
   * @param {MetricWidget["limits"]} limits
   * @returns {import("uplot").Plugin}
   */
  function limitsPlugin(limits) {
    return {
      hooks: {
        draw: (plot) => {
          const { ctx, bbox } = plot;
          ctx.save();
          ctx.textAlign = "left";
          ctx.textBaseline = "bottom";
          ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
          ctx.strokeStyle = ctx.fillStyle = colour("bad");
          ctx.lineWidth = devicePixelRatio;
          ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
          for (const { label = "", value } of limits) {
            const y = Math.round(plot.valToPos(value, "y", true));
            ctx.beginPath();
            ctx.moveTo(bbox.left, y);
            ctx.lineTo(bbox.left + bbox.width, y);
            ctx.stroke();
            ctx.fillText(`${label} ${format(value)}`, bbox.left + 6 * devicePixelRatio, y - 2 * devicePixelRatio);
          }
          ctx.restore();
        },
      },
    };
  }

  /** Each line on top of those before it. @param {Line[]} lines */
  function stack(lines) {
    /** @type {number[]} */
    const total = [];
    return lines.map(({ values }) =>
      values.map((value, at) => {
        total[at] = (total[at] ?? 0) + (value ?? 0);
        return value === null ? null : total[at];
      }),
    );
  }

  /** @param {HTMLElement} holder @param {MetricWidget} widget @param {Line[]} lines */
  function draw(holder, { title, height, isStacked, times, limits }, lines) {
    const axis = { stroke: () => colour("soft"), grid: { stroke: () => colour("line") }, ticks: { show: false } };
    const most = Math.max(0, ...limits.map(({ value }) => value));
    const size = () => ({ width: Math.max(holder.clientWidth, 200), height: height * 26 });
    /** @type {import("uplot").Options} */
    const options = {
      title: "",
      ...size(),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, sync: { key: "dashboard" } },
      scales: { y: { range: (_plot, _least, highest) => [0, (Math.max(highest ?? 0, most) || 1) * 1.15] } },
      axes: [
        { ...axis, size: 30, values: (_plot, values) => values.map(clock) },
        { ...axis, size: 56, values: (_plot, values) => values.map(format) },
      ],
      series: [
        {},
        ...lines.map((line, index) => ({
          label: line.label,
          stroke: strokeOf(line, index),
          width: 2,
          points: { show: lines.length * times.length < 400, size: 4 },
        })),
      ],
      plugins: [limitsPlugin(limits)],
    };
    const columns = isStacked ? stack(lines) : lines.map(({ values }) => values);
    const plot = new uPlot(options, /** @type {import("uplot").AlignedData} */ ([times, ...columns]), holder);
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", title);
    redraws.push(() => plot.setSize(size()));
  }

  /** @param {Line[]} lines */
  function legend(lines) {
    const rows = lines.map((line, index) => {
      const known = line.values.filter((value) => value !== null);
      const swatch = element("span", { class: "swatch" });
      const paint = () => swatch.style.setProperty("background", strokeOf(line, index)());
      paint();
      redraws.push(paint);
      return [
        element("span", {}, swatch, line.label),
        format(known.at(-1)),
        format(known.length > 0 ? Math.max(...known) : null),
      ];
    });
    return table(["", "last", "most"], rows, 2);
  }

  /** @param {MetricWidget} widget @param {HTMLElement} section */
  function graph(widget, section) {
    section.append(element("h2", {}, widget.title));
    const lines = widget.series.filter(({ note }) => note === undefined);
    const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
    if (!isEmpty) {
      const holder = element("div", { class: "plot" });
      section.append(holder);
      draw(holder, widget, lines);
      section.append(legend(lines));
    } else if (lines.length > 0 || widget.series.length === 0) {
      section.append(element("p", { class: "soft" }, "No data in the time shown."));
    }
    section.append(...notes(widget.series));
  }

  for (const widget of preview.widgets) {
    const section = element("section", { style: `--from: ${widget.x + 1}; --width: ${widget.width}` });
    document.getElementById("widgets")?.append(section);
    if (widget.kind === "text") section.append(...text(widget));
    else if (widget.kind === "alarms") section.append(...alarms(widget));
    else if (widget.kind === "failed") {
      section.append(element("h2", {}, widget.title), element("p", { class: "bad" }, widget.reason));
    } else if (widget.kind === "numbers") section.append(...numbers(widget));
    else graph(widget, section);
  }

  const name = document.getElementById("name");
  if (name) name.textContent = `serin-${preview.stage}`;
  document.title = `Serin: dashboard serin-${preview.stage}`;
  const summary = document.getElementById("summary");
  if (summary) {
    summary.textContent = `The last ${preview.minutes} minutes before ${new Date(preview.at).toLocaleString()}, on the local target.`;
  }
  const redraw = () => {
    for (const one of redraws) one();
  };
  addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
