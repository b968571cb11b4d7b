// How it goes over a chosen window, each chart with its numbers beside it.

import { ask } from "../api.js";
import { bars, series } from "../charts.js";
import { el, heading, table } from "../dom.js";
import { picker } from "../lists.js";
import { counters } from "../metrics.js";
import { count, LANGUAGE, say } from "../words.js";

const FIGURES = `query Figures($window: StatsWindow!) {
  paymentStats(window: $window) {
    total byStatus { status count } final successRate discrepancies refused
    currencies { currency paidCount captured { formatted } refunded { formatted } disputed { formatted } }
  }
  paymentSeries(window: $window) { from created succeeded failed }
  declineReasons(window: $window) { code declineCode count }
  packageStats(window: $window) { priceId paidCount captured { formatted } }
}`;
const WINDOWS = ["HOUR", "DAY", "WEEK", "MONTH"];
const WAYS = ["rest", "rest_wait", "graphql", "graphql_watch"];

export const figures = {
  moves: () => true,
  async draw(_argument, parameters, { signal }) {
    const window = WINDOWS.includes(parameters.get("window")) ? parameters.get("window") : "DAY";
    const [data, counted] = await Promise.all([ask(FIGURES, { window }, { signal }), counters(signal)]);
    const { paymentStats: stats } = data;
    const rate = stats.successRate === null ? "–" : new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 }).format(stats.successRate);
    const tiles = [["total", count(stats.total)], ["success", rate], ["desk", count(stats.discrepancies)], ["refused", count(stats.refused)]];
    return [
      heading(say("figures"), null, picker("figures", "window", window, WINDOWS.map((one) => [one, say(`window_${one}`)]))),
      el("dl.tiles", {}, tiles.map(([word, value]) => el("div", {}, el("dt", {}, say(word)), el("dd", {}, value)))),
      el("section.card", {}, el("h2", {}, say("over_time")), series(data.paymentSeries, window)),
      el(
        "div.halves", {},
        el("section.card", {}, el("h2", {}, say("by_status")), bars(stats.byStatus.map((one) => [say(`status_${one.status.toLowerCase()}`), one.count, one.status.toLowerCase()]))),
        el("section.card", {}, el("h2", {}, say("declines")), bars(data.declineReasons.map((one) => [el("code", {}, one.declineCode ?? one.code), one.count, "failed"]))),
        el("section.card", {}, el("h2", {}, say("money")), money(stats.currencies)),
        el("section.card", {}, el("h2", {}, say("by_package")), packages(data.packageStats)),
      ),
      counted ? watching(counted) : null,
    ].filter(Boolean);
  },
};

function money(currencies) {
  return table(
    say("money"),
    [
      ["currency", (one) => one.currency.toUpperCase()],
      ["status_paid", (one) => count(one.paidCount), "number"],
      ["captured", (one) => one.captured.formatted, "number"],
      ["refunded", (one) => one.refunded.formatted, "number"],
      ["disputed", (one) => one.disputed.formatted, "number"],
    ],
    currencies,
  );
}

function packages(rows) {
  return table(
    say("by_package"),
    [
      ["price", (one) => el("code.id", {}, one.priceId)],
      ["status_paid", (one) => count(one.paidCount), "number"],
      ["captured", (one) => one.captured.formatted, "number"],
    ],
    rows,
  );
}

function watching(counted) {
  const reads = WAYS.map((way) => [say(`reads_${way}`), counted(`gateway_status_reads_total{door="${way}"}`), "unpaid"]);
  const stored = counted("gateway_webhook_lag_seconds_count");
  const late = stored ? counted("gateway_webhook_lag_seconds_sum") / stored : 0;
  const seconds = new Intl.NumberFormat(LANGUAGE, { style: "unit", unit: "second", maximumFractionDigits: 2 }).format(late);
  return el("section.card", {}, el("h2", {}, say("watching")), bars(reads), el("p", {}, `${say("lag")}${say("colon")}${count(stored)}, ${seconds}`));
}
