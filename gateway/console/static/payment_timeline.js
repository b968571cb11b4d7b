// Everything that happened to a payment in one list: each source gives `{ at, tone, words, more }`.

import { badge, el, english, status, when } from "./dom.js";
import { answered, deliveryState, resend } from "./views/deliveries.js";
import { eventTools } from "./views/inbox.js";
import { say } from "./words.js";

const [CREATED, FAILED, ATTEMPTED, RECORDED] = [0, 1, 2, 3];

export function timeline(payment, events, redraw) {
  const all = [
    ...payment.history.map(change),
    ...payment.attempts.map(attempt),
    ...payment.movements.map(movement),
    ...payment.refundRequests.map(refund),
    ...payment.deliveries.map((one) => delivery(one, redraw)),
    ...payment.discrepancies.flatMap(steps),
    ...events.map((one) => event(one, redraw)),
  ];
  all.sort(byTime);
  return el(
    "ol.timeline", {},
    all.map(({ at, tone, words, more }) => el("li", { "data-tone": tone, "data-row": more?.tagName ? true : null }, el("p", {}, words), el("p.soft", {}, when(at), more ? [" · ", more] : null))),
  );
}

// Stripe's own times are whole seconds: within one, creation comes first, then attempts, then what we recorded of them.
function byTime(one, other) {
  const seconds = Math.floor(new Date(one.at) / 1000) - Math.floor(new Date(other.at) / 1000);
  return seconds || (one.rank ?? RECORDED) - (other.rank ?? RECORDED) || new Date(one.at) - new Date(other.at);
}

function change({ version, from, to, cause, at }) {
  const words = from === to ? say("act_changed") : [from ? [status(from), " → "] : null, status(to)];
  return { at, rank: version === 1 ? CREATED : RECORDED, tone: to.toLowerCase(), words: [words, " ", el("span.soft", {}, `v${version}`)], more: [say("cause"), say("colon"), el("code", {}, cause)] };
}

function attempt({ id, state, at, code, declineCode, message }) {
  const tone = { PENDING: "processing", FAILED: "failed", SUCCEEDED: "paid" }[state];
  const reason = [code, declineCode].filter(Boolean).join(" / ");
  return { at, rank: state === "FAILED" ? FAILED : ATTEMPTED, tone, words: [say("act_attempt"), " ", badge(say(`attempt_${state.toLowerCase()}`), tone), reason ? [" ", el("code", {}, reason)] : null], more: [message ? [english(message), " · "] : null, el("code.id", {}, id)] };
}

function movement({ kind, amount, recordedAt, stripeId }) {
  const tone = kind === "CAPTURE" || kind === "DISPUTE_REVERSED" ? "paid" : "canceled";
  return { at: recordedAt, tone, words: [say(`movement_${kind.toLowerCase()}`), " ", el("strong", {}, amount.formatted)], more: [el("code.id", {}, stripeId)] };
}

function refund({ amount, by, state, problem, createdAt, reason }) {
  const tone = { PENDING: "processing", MADE: "paid", REFUSED: "failed" }[state];
  const words = [say("act_refund", { amount: amount.formatted }), " ", el("code", {}, by), " ", badge(say(`refund_${state.toLowerCase()}`), tone)];
  return { at: createdAt, tone, words, more: [english([reason, problem].filter(Boolean).join(" · "))] };
}

function delivery(row, redraw) {
  const words = [say("act_delivery"), " ", el("code", {}, row.type.toLowerCase()), " ", deliveryState(row)];
  return { at: row.createdAt, tone: "event", words, more: el("span.tools", {}, el("code", {}, row.url), " ", english(answered(row)), " ", resend(row, redraw)) };
}

function steps({ kind, changes }) {
  return changes.map(({ to, by, note, at }) => ({
    at,
    tone: to === "RESOLVED" ? "paid" : "canceled",
    words: [say("act_desk", { kind: say(`kind_${kind.toLowerCase()}`), to: say(`desk_${to.toLowerCase()}`) }), " ", el("code", {}, by)],
    more: note ? [note] : null,
  }));
}

function event(row, redraw) {
  return { at: row.receivedAt, tone: "event", words: [say("act_event"), " ", el("code", {}, row.type), " ", row.state === "APPLIED" ? null : badge(say(`event_${row.state.toLowerCase()}`), "processing")], more: eventTools(row, redraw) };
}
