// One payment on one screen: its status and why, its money, everything that happened to it, and what can be done.

import { ask, Problem } from "../api.js";
import { status as badgeOf, el, english, heading, outward, table, terms, when } from "../dom.js";
import { money } from "../money.js";
import { actions } from "../payment_actions.js";
import { timeline } from "../payment_timeline.js";
import { moment, say } from "../words.js";
import { entry } from "./desk.js";

const PAYMENT = `query Payment($clue: String!, $filter: WebhookEventFilter) {
  search(clue: $clue) {
    sessionId status isFinal createdAt expiresAt amount { formatted } expectedAmount { formatted }
    paidAmount { amountMinor currency } refundedAmount { amountMinor } receiptUrl invoiceUrl fulfilment { state at }
    lastFailure { code declineCode message }
    price { name } history { version from to cause at }
    explanation { rule { number name } facts askedAt }
    totals { currency capturedMinor refundedMinor disputedMinor netMinor }
    movements { number stripeId kind amount { formatted } recordedAt cause }
    disputes { id state amount { formatted } reason respondBy }
    discrepancies { id kind subject detail state openedAt payments changes { from to by note at } }
    attempts { id state at code declineCode message }
    refundRequests { id amount { formatted } reason by state problem createdAt }
    deliveries { id type url state tries statusCode answer isPaused createdAt }
    operator {
      paymentId clientReferenceId priceId quantity items { priceId quantity } metadata { key value } intentIds caller
      creation refusal
    }
  }
  webhookEvents(filter: $filter, first: 100) { edges { node { id type state receivedAt error } } }
}`;

export const payment = {
  moves: (id, moved) => id === moved,
  async draw(id, _parameters, { signal, redraw }) {
    const data = await ask(PAYMENT, { clue: id, filter: { paymentId: id } }, { signal });
    const [found] = data.search;
    if (!found) throw new Problem("refused", say("none_found", { clue: id }));
    const events = data.webhookEvents.edges.map((edge) => edge.node);
    return [
      heading(found.price?.name ?? found.operator.priceId, el("code", {}, found.sessionId || found.operator.paymentId), actions(found, redraw)),
      verdict(found),
      el("div.halves", {}, ledger(found), details(found)),
      desk(found, redraw),
      el("section.card", {}, el("h2", {}, say("timeline")), timeline(found, events, redraw)),
    ].filter(Boolean);
  },
};

function verdict({ status, isFinal, explanation, lastFailure, operator }) {
  const sentence = operator.refusal ? english(operator.refusal) : say(`rule_${explanation.rule.number}`);
  const asked = explanation.askedAt ? say("asked_at", { time: moment(explanation.askedAt) }) : say("asked_never");
  const failure = lastFailure && [lastFailure.message, [lastFailure.code, lastFailure.declineCode].filter(Boolean).join(" / ")];
  return el(
    "section.card.verdict", { "data-status": status.toLowerCase(), "aria-label": say("status") },
    el("p.big", {}, badgeOf(status), " ", el("span.soft", {}, say(isFinal ? "final" : "not_final"))),
    el("p.why", {}, `${say("because")} `, el("strong", {}, sentence), say("full_stop")),
    failure && status !== "PAID" ? el("p", {}, failure[0], " ", el("code", {}, failure[1])) : null,
    el("p.soft", {}, asked, " ", say("facts"), say("colon"), el("code", {}, explanation.facts.join(" ") || "–")),
  );
}

function ledger({ amount, expectedAmount, totals, movements }) {
  const sums = [["captured", "capturedMinor"], ["refunded", "refundedMinor"], ["disputed", "disputedMinor"], ["net", "netMinor"]];
  return el(
    "section.card", {},
    el("h2", {}, say("ledger")),
    terms([["asked", amount.formatted], ["expected", expectedAmount?.formatted === amount.formatted ? null : expectedAmount?.formatted]]),
    table(
      say("ledger"),
      [
        ["created", (one) => when(one.recordedAt)],
        ["type", (one) => say(`movement_${one.kind.toLowerCase()}`)],
        ["amount", (one) => one.amount.formatted, "number"],
        ["event", (one) => el("code.id", { title: one.cause }, one.stripeId)],
      ],
      movements,
    ),
    totals.map((total) => terms([...sums.map(([word, field]) => [word, total[field] || word === "net" ? money(total[field], total.currency) : null])])),
  );
}

function details({ operator, createdAt, expiresAt, fulfilment, receiptUrl, invoiceUrl, disputes }) {
  const items = operator.items.map(({ priceId, quantity }) => el("span.line", {}, `${quantity} × `, el("code.id", {}, priceId)));
  const metadata = operator.metadata.map(({ key, value }) => el("span.line", {}, `${key}: ${value}`));
  const heard = fulfilment && say(`delivery_${fulfilment.state.toLowerCase()}`);
  return el(
    "section.card", {},
    el("h2", {}, say("details")),
    terms([
      ["reference", operator.clientReferenceId && el("code", {}, operator.clientReferenceId)],
      ["items", items],
      ["caller", el("code", {}, operator.caller)],
      ["created", moment(createdAt)],
      ["expires", expiresAt && moment(expiresAt)],
      ["intents", operator.intentIds.length ? el("code", {}, operator.intentIds.join(" ")) : null],
      ["metadata", metadata.length ? metadata : null],
      ["fulfilment", heard],
      ["receipt", receiptUrl && outward(receiptUrl, say("receipt"))],
      ["invoice", invoiceUrl && outward(invoiceUrl, say("invoice"))],
      ...disputes.map((one) => ["dispute", el("code", {}, [one.id, one.state, one.amount?.formatted, one.reason, one.respondBy && moment(one.respondBy)].filter(Boolean).join(" · "))]),
    ]),
  );
}

function desk({ discrepancies }, redraw) {
  const open = discrepancies.filter((row) => row.state !== "RESOLVED");
  return open.length ? el("ul.cards", { "aria-label": say("desk") }, open.map((row) => entry(row, redraw, { linked: false }))) : null;
}
