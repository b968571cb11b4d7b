// Comparisons with Stripe: what each looked at, found and repaired. One can be started here and watched.

import { ask } from "../api.js";
import { confirm } from "../dialog.js";
import { badge, el, heading, table, when } from "../dom.js";
import { pager } from "../lists.js";
import { count, moment, say } from "../words.js";

const LIST = `query Runs($after: String) {
  reconciliations(first: 20, after: $after) {
    edges { node {
      id trigger from to startedAt finishedAt outcome problem sessions differenceCount repaired
      ledger { drift { amountMinor formatted } } differences(first: 20) { kind sessionId paymentId before after repaired }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const RUN = "mutation Run { reconcile { id outcome } }";
const TONES = { RUNNING: "processing", CLEAN: "paid", DIFFERENCES: "canceled", FAILED: "failed" };
const LOOK_EVERY_MS = 1_500;

export const runs = {
  moves: () => false,
  async draw(_argument, parameters, { signal, redraw }) {
    const found = (await ask(LIST, { after: parameters.get("after") }, { signal })).reconciliations;
    const rows = found.edges.map((edge) => edge.node);
    const isRunning = rows.some((row) => row.outcome === "RUNNING");
    if (isRunning) {
      const timer = setTimeout(redraw, LOOK_EVERY_MS);
      signal.addEventListener("abort", () => clearTimeout(timer));
    }
    const start = () => confirm(say("run_now"), say("confirm_run"), [], () => ask(RUN)).then((done) => done && redraw());
    return [
      heading(
        say("runs"), say("runs_lead"),
        isRunning ? el("p", { role: "status" }, say("running")) : el("button", { type: "button", onclick: start }, say("run_now")),
      ),
      el("ul.cards", {}, rows.map(card)),
      rows.length ? null : el("p.empty", {}, say("nothing")),
      pager("runs", parameters, found.pageInfo),
    ].filter(Boolean);
  },
};

function card(run) {
  const drift = run.ledger.filter((line) => line.drift.amountMinor !== 0).map((line) => line.drift.formatted);
  const figures = [["sessions", run.sessions], ["differences", run.differenceCount], ["repaired", run.repaired]];
  return el(
    "li.card", { "data-outcome": run.outcome },
    el("h2", {}, when(run.startedAt), " ", badge(say(`run_${run.outcome.toLowerCase()}`), TONES[run.outcome])),
    el("p.soft", {}, `${moment(run.from)} – ${moment(run.to)} · `, el("code", {}, run.trigger)),
    run.problem ? el("p.fault", { lang: "en" }, run.problem) : null,
    el("dl.tiles", {}, figures.map(([word, value]) => el("div", {}, el("dt", {}, say(word)), el("dd", {}, count(value)))), el("div", {}, el("dt", {}, say("drift")), el("dd", {}, drift.join(", ") || "0"))),
    run.differences.length ? el("details", { "data-name": run.id }, el("summary", {}, say("differences")), differences(run)) : null,
  );
}

function differences(run) {
  return table(
    say("differences"),
    [
      ["type", (one) => say(`kind_${one.kind.toLowerCase()}`)],
      ["session", (one) => (one.paymentId ? el("a", { href: `#/payment/${one.paymentId}` }, el("code.id", {}, one.sessionId ?? one.paymentId)) : el("code.id", {}, one.sessionId ?? "–"))],
      ["before", (one) => el("code", {}, one.before)],
      ["after", (one) => el("code", {}, one.after)],
      ["repaired", (one) => (one.repaired ? "✓" : "–")],
    ],
    run.differences,
  );
}
