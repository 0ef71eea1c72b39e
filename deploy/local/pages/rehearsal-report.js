// The report of a rehearsal: draws what deploy/local/rehearsal/report.ts put into the page.

/**
 * @typedef {{ at: number[], canaryWeight: (number | null)[], stableP95: (number | null)[], canaryP95: (number | null)[],
 *   stableErrors: (number | null)[], canaryErrors: (number | null)[] }} Series
 * @typedef {{ at: number, kind: string, text: string }} Mark
 * @typedef {{ about: string, isAsItShouldBe: boolean, result: Record<string, any>, marks: Mark[], series: Series }} SceneReport
 * @typedef {{ at: string, rule: { maxErrorRate: number, maxLatencyRatio: number, minSamples: number }, networkDelayMs: number,
 *   windowSeconds: number, scenes: SceneReport[] }} Rehearsed
 */

{
  /** @type {Rehearsed} */
  const report = JSON.parse(document.getElementById("report")?.textContent ?? "");
  // The script before this one defines it.
  const uPlot = /** @type {typeof import("uplot")} */ (Reflect.get(window, "uPlot"));
  const { rule } = report;

  /** @param {number | null} share */
  const percent = (share) => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
  /** @param {number | null} ms */
  const milliseconds = (ms) => (ms === null ? "–" : `${Math.round(ms)} ms`);
  /** @param {number | null} value */
  const ratio = (value) => (value === null ? "–" : value.toFixed(2));
  /** @param {number | null} difference */
  const points = (difference) =>
    difference === null ? "–" : `${difference > 0 ? "+" : ""}${(difference * 100).toFixed(1)} points`;
  /** @param {number} seconds */
  const moment = (seconds) => `${seconds.toFixed(1)} s`;

  const MARK_COLOURS = {
    hook: "soft",
    verdict: "soft",
    shift: "canary",
    fault: "fault",
    alarm: "bad",
    rollback: "bad",
    promotion: "good",
  };
  const MARK_NAMES = {
    hook: "hook",
    verdict: "verdict",
    shift: "10 %",
    fault: "fault",
    alarm: "alarm",
    rollback: "back",
    promotion: "promoted",
  };

  /** @param {Mark} mark */
  const markColour = ({ kind }) => Object.entries(MARK_COLOURS).find(([known]) => known === kind)?.[1];

  /**
   * Vertical lines where something happened; their names stand in the uppermost plot.
   * @param {readonly Mark[]} marks
   * @param {boolean} isNamed
   * @returns {import("uplot").Plugin}
   */
  function marksPlugin(marks, isNamed) {
    return {
      hooks: {
        draw: (plot) => {
          const { ctx, bbox } = plot;
          ctx.save();
          ctx.textAlign = "left";
          ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
          /** @type {number[]} */
          const rowEnds = [];
          for (const mark of marks) {
            const name = markColour(mark);
            if (name === undefined) continue;
            const x = Math.round(plot.valToPos(mark.at, "x", true));
            ctx.strokeStyle = ctx.fillStyle = colour(name);
            ctx.lineWidth = devicePixelRatio;
            ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
            if (!isNamed) continue;
            const label = Object.entries(MARK_NAMES).find(([kind]) => kind === mark.kind)?.[1] ?? "";
            const width = ctx.measureText(label).width + 10 * devicePixelRatio;
            const isRoom = x + width < bbox.left + bbox.width;
            const left = isRoom ? x + 3 * devicePixelRatio : x - width;
            const free = rowEnds.findIndex((end) => end <= left);
            const row = free === -1 ? rowEnds.length : free;
            rowEnds[row] = left + width;
            ctx.fillText(label, left, bbox.top + (12 + row * 13) * devicePixelRatio);
          }
          ctx.restore();
        },
      },
    };
  }

  /** @type {(() => void)[]} */
  const redraws = [];
  const stepped = uPlot.paths.stepped?.({ align: 1 });

  /**
   * @param {Element} place
   * @param {SceneReport} scene
   * @param {{ title: string, lines: [label: string, colour: string, values: (number | null)[]][],
   *   format: (value: number) => string, limit?: [label: string, values: (number | null)[]], isShare?: boolean }} plot
   */
  function draw(place, scene, { title, lines, format, limit, isShare = false }) {
    const shown = limit ? [...lines, /** @type {typeof lines[number]} */ ([limit[0], "bad", limit[1]])] : lines;
    const axis = { stroke: () => colour("soft"), grid: { stroke: () => colour("line") }, ticks: { show: false } };
    /** @type {import("uplot").Options} */
    const options = {
      title: "",
      width: Math.max(place.clientWidth, 280),
      height: 170,
      cursor: { sync: { key: scene.result["scenario"] }, drag: { x: false, y: false } },
      scales: {
        x: { time: false },
        y: { range: (_plot, _least, most) => [0, isShare ? 1.15 : Math.max((most ?? 0) * 1.15, 1e-9)] },
      },
      axes: [
        { ...axis, size: 30, values: (_plot, values) => values.map((value) => `${value} s`) },
        { ...axis, size: 62, values: (_plot, values) => values.map(format) },
      ],
      series: [
        { label: "at", value: (_plot, value) => (value === null ? "" : moment(value)) },
        ...shown.map(([label, name]) => ({
          label,
          stroke: () => colour(name),
          width: 2,
          points: { show: false },
          ...(isShare && stepped && { paths: stepped }),
          ...(name === "bad" && { dash: [6, 6], width: 1 }),
          value: (/** @type {unknown} */ _plot, /** @type {number | null} */ value) =>
            value === null ? "–" : format(value),
        })),
      ],
      plugins: [marksPlugin(scene.marks, isShare)],
    };
    place.append(element("h3", {}, title));
    if (lines.every(([, , values]) => values.every((value) => value === null))) {
      place.append(element("p", { class: "soft" }, "Nothing to plot: the canary had no traffic."));
      return;
    }
    const holder = element("div", { class: "plot", role: "img", "aria-label": title });
    place.append(holder);
    const data = /** @type {import("uplot").AlignedData} */ ([scene.series.at, ...shown.map(([, , values]) => values)]);
    const plot = new uPlot(options, data, holder);
    redraws.push(() => plot.setSize({ width: Math.max(holder.clientWidth, 280), height: 170 }));
  }

  /** @param {SceneReport} scene */
  function verdictTable({ result }) {
    const found = result["qualification"];
    if (!found) return element("p", { class: "soft" }, "The hook left no record.");
    const [low, high] = found.accuracyInterval ?? [null, null];
    return element(
      "div",
      {},
      table(
        ["criterion", "found", "limit"],
        [
          ["p95, canary / stable", ratio(found.p95Ratio), ratio(rule.maxLatencyRatio)],
          ["canary's error rate", percent(found.errorRate), percent(rule.maxErrorRate)],
          ["accuracy, canary - stable", points(found.accuracyDifference), "noise"],
          ["… its interval", low === null ? "–" : `${points(low)} to ${points(high)}`, ""],
          ["changed answers", percent(found.changedAnswers), ""],
        ],
        2,
      ),
      element("p", { class: found.verdict === "pass" ? "good" : "bad" }, `Verdict: ${found.verdict}`),
      element(
        "ul",
        { class: "soft" },
        ...found.reasons.map((/** @type {string} */ reason) => element("li", {}, reason)),
      ),
    );
  }

  /** @param {SceneReport} scene */
  function requestsTable({ result }) {
    const failed = result["user_requests_failed"];
    const lost = result["user_requests_lost"];
    return table(
      ["", "stable", "canary"],
      [
        ["version", result["stable_version"], result["canary_version"]],
        ["p95 in the last window", milliseconds(result["stable_p95_ms"]), milliseconds(result["canary_p95_ms"])],
        ["error rate in it", percent(result["stable_error_rate"]), percent(result["canary_error_rate"])],
        ["canary's requests in it", "", String(result["canary_requests"])],
        ["user requests in all", "", result["user_requests"].toLocaleString("en")],
        ["… that failed by the injected fault", "", String(failed - lost)],
        ["… that were lost", "", String(lost)],
      ],
      2,
    );
  }

  /** @param {SceneReport} scene */
  function show(scene) {
    const { about, result, marks, series, isAsItShouldBe } = scene;
    const name = result["scenario"];
    const section = element("section", { id: name });
    const plots = element("div", {});
    section.append(
      element(
        "div",
        { class: "title" },
        element("h2", {}, name),
        element("p", { class: "soft" }, `The new version ${about.startsWith("as ") ? "is " : ""}${about}.`),
        element(
          "span",
          { class: `badge ${isAsItShouldBe ? "good" : "bad"}` },
          `${isAsItShouldBe ? "✓" : "✗"} ${result["outcome"]} after ${moment(result["seconds"])}`,
        ),
      ),
      element("p", { class: "reason" }, result["reason"]),
      plots,
    );
    document.getElementById("scenes")?.append(section);
    const limit = series.stableP95.map((p95) => (p95 === null ? null : p95 * rule.maxLatencyRatio));
    draw(plots, scene, {
      title: "Canary's share of the traffic",
      lines: [["canary", "canary", series.canaryWeight]],
      format: (value) => `${Math.round(value * 100)} %`,
      isShare: true,
    });
    draw(plots, scene, {
      title: "p95 latency",
      lines: [
        ["stable", "stable", series.stableP95],
        ["canary", "canary", series.canaryP95],
      ],
      limit: [`limit (${rule.maxLatencyRatio} x stable)`, limit],
      format: (value) => `${Math.round(value)} ms`,
    });
    draw(plots, scene, {
      title: "Error rate",
      lines: [
        ["stable", "stable", series.stableErrors],
        ["canary", "canary", series.canaryErrors],
      ],
      limit: [`limit (${percent(rule.maxErrorRate)})`, series.at.map(() => rule.maxErrorRate)],
      format: percent,
    });
    section.append(
      element(
        "div",
        { class: "columns" },
        element("div", {}, element("h3", {}, "What the hook found"), verdictTable(scene)),
        element(
          "div",
          {},
          element("h3", {}, "Versions and requests"),
          requestsTable(scene),
          element("h3", {}, "What happened"),
          table(
            ["at", "what"],
            marks.map((mark) => [moment(mark.at).replace(" ", "\u00a0"), mark.text]),
            0,
          ),
        ),
      ),
    );
  }

  /** @param {string} id @param {string} text */
  function say(id, text) {
    const place = document.getElementById(id);
    if (place) place.textContent = text;
  }

  const right = report.scenes.filter(({ isAsItShouldBe }) => isAsItShouldBe).length;
  say(
    "summary",
    `${right} of ${report.scenes.length} ended as they should, on ${new Date(report.at).toLocaleString()}.`,
  );
  say("delay", `median ${report.networkDelayMs} ms`);
  document
    .getElementById("contents")
    ?.append(
      ...report.scenes.map(({ result, isAsItShouldBe }) =>
        element("a", { href: `#${result["scenario"]}` }, `${isAsItShouldBe ? "✓" : "✗"} ${result["scenario"]}`),
      ),
    );
  for (const scene of report.scenes) show(scene);
  const redraw = () => {
    for (const one of redraws) one();
  };
  addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
