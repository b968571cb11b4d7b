// What an operator can do to a payment. Each is confirmed; the gateway judges it and says why it refuses.

import { act } from "./api.js";
import { confirm } from "./dialog.js";
import { el } from "./dom.js";
import { money, minorUnits } from "./money.js";
import { say } from "./words.js";

const mutation = (name, field, declared = "", given = "") =>
  `mutation ${name}($sessionId: ID!${declared}) { ${field}(sessionId: $sessionId${given}) { __typename ... on Refusal { message } } }`;
const REFETCH = mutation("Refetch", "refetchPayment");
const CANCEL = mutation("Cancel", "cancelCheckoutSession");
const WRITE_OFF = mutation("WriteOff", "writeOffPayment", ", $note: String!", ", note: $note");
const REFUND = mutation(
  "Refund", "refundPayment", ", $amount: MinorUnits, $key: String", ", amount: $amount, idempotencyKey: $key",
);

/** Those that make sense for this status; what still does not fit is refused by the gateway with its reason. */
export function actions({ sessionId, isFinal, paidAmount, refundedAmount, explanation }, redraw) {
  if (!sessionId) return null;
  const left = money(paidAmount.amountMinor - refundedAmount.amountMinor, paidAmount.currency);
  const perform = (document, more = {}) => act(document, { sessionId, ...more });
  const button = (word, sentence, fields, go) => {
    const ask = () => confirm(say(word), sentence && say(sentence), fields, go).then((done) => done && redraw());
    return el("button", { type: "button", class: word === "refetch" ? null : "quiet", onclick: ask }, say(word));
  };
  const isComplete = explanation.facts.includes("COMPLETE");
  return el(
    "p.buttons", {},
    button("refetch", "confirm_refetch", [], () => perform(REFETCH)),
    isFinal || isComplete ? null : button("cancel_session", "confirm_cancel", [], () => perform(CANCEL)),
    paidAmount.amountMinor > refundedAmount.amountMinor ? refund() : null,
    isComplete && !isFinal ? button("write_off", "confirm_write_off", [["note", "note", true]], ({ note }) => perform(WRITE_OFF, { note })) : null,
  );

  // One key for each time the dialog opens: pressing twice, or again after a lost answer, refunds once.
  function refund() {
    let key = "";
    const go = ({ amount }) => perform(REFUND, { amount: amount && minorUnits(amount, paidAmount.currency), key });
    const node = button("refund", "confirm_refund", [["amount", say("refund_amount", { left }), false]], go);
    node.addEventListener("click", () => { key = `console-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`; }, { capture: true });
    return node;
  }
}
