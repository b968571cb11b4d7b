// Two charts, drawn from numbers that stand beside them as text.

import { el, svg, table } from "./dom.js";
import { count, LANGUAGE, say } from "./words.js";

const WIDTH = 720;
const HEIGHT = 180;
const FOOT = 22;

/** Horizontal bars: `[[words, number, tone]]`, the number written on each line. */
export function bars(rows) {
  const most = Math.max(1, ...rows.map(([, number]) => number));
  if (!rows.some(([, number]) => number)) return el("p.empty", {}, say("nothing"));
  return el(
    "dl.bars", {},
    rows.map(([words, number, tone]) =>
      el("div", {}, el("dt", {}, words), el("dd", {}, bar((number / most) * 100, tone), el("span", {}, count(number)))),
    ),
  );
}

function bar(percent, tone) {
  return svg(
    "svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: percent, height: 10, rx: 1, "data-tone": tone }),
  );
}

const PARTS = [["succeeded", "paid"], ["failed", "failed"], ["other", "unpaid"]];

/** Columns over time, stacked by what became of the payments; a table of the same numbers is one key away. */
export function series(points, window) {
  const rows = points.map((point) => ({ ...point, other: Math.max(0, point.created - point.succeeded - point.failed) }));
  const most = Math.max(1, ...rows.map((row) => row.created));
  const step = WIDTH / rows.length;
  const columns = rows.map((row, at) => {
    let top = HEIGHT - FOOT;
    const stack = PARTS.map(([part, tone]) => {
      const height = (row[part] / most) * (HEIGHT - FOOT - 14);
      top -= height;
      return svg("rect", { x: at * step + step * 0.12, y: top, width: step * 0.76, height, "data-tone": tone });
    });
    return svg("g", {}, svg("title", {}, `${label(row.from, window)}: ${count(row.created)}`), stack);
  });
  const marks = [0, Math.floor(rows.length / 2), rows.length - 1].map((at, place) =>
    svg("text", { x: [0, WIDTH / 2, WIDTH][place], y: HEIGHT - 5, "text-anchor": ["start", "middle", "end"][place] }, label(rows[at].from, window)),
  );
  const total = rows.reduce((sum, row) => sum + row.created, 0);
  return [
    el("p.legend", {}, PARTS.map(([part, tone]) => el("span", { "data-tone": tone }, say(part)))),
    svg(
      "svg.series", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${say("over_time")}: ${count(total)}` },
      svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT }),
      svg("line.most", { x1: 0, x2: WIDTH, y1: 14, y2: 14 }),
      svg("text", { x: 0, y: 10 }, count(most)),
      columns, marks,
    ),
    el("details", { "data-name": "numbers" }, el("summary", {}, say("numbers")), numbers(rows, window)),
  ];
}

function numbers(rows, window) {
  const figure = (part) => [part, (row) => count(row[part]), "number"];
  const columns = [["from", (row) => label(row.from, window)], ["total", (row) => count(row.created), "number"], ...PARTS.map(([part]) => figure(part))];
  return table(say("over_time"), columns, rows.filter((row) => row.created));
}

function label(iso, window) {
  const style = { HOUR: { hour: "2-digit", minute: "2-digit" }, DAY: { hour: "2-digit", minute: "2-digit" } };
  return new Intl.DateTimeFormat(LANGUAGE, style[window] ?? { month: "short", day: "numeric", hour: "2-digit" }).format(new Date(iso));
}
