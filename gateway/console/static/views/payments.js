// The list of payments, newest first, and what a search found.

import { ask } from "../api.js";
import { el, heading, status, table, when } from "../dom.js";
import { pager, picker } from "../lists.js";
import { say } from "../words.js";

const ROW = `sessionId status isFinal createdAt amount { formatted } paidAmount { amountMinor formatted }
  price { name } operator { paymentId clientReferenceId priceId items { priceId } }`;
const LIST = `query Payments($filter: PaymentFilter, $after: String) {
  payments(filter: $filter, first: 50, after: $after) { edges { node { ${ROW} } } pageInfo { hasNextPage endCursor } }
}`;
const SEARCH = `query Search($clue: String!) { search(clue: $clue) { ${ROW} } }`;
const STATUSES = ["PAID", "UNPAID", "PROCESSING", "EXPIRED", "FAILED", "CANCELED", "NO_PAYMENT_REQUIRED"];

export const payments = {
  moves: () => true,
  async draw(_argument, parameters, { signal }) {
    const chosen = parameters.get("status");
    const filter = STATUSES.includes(chosen) ? { status: chosen } : {};
    const options = [["", say("all")], ...STATUSES.map((value) => [value, say(`status_${value.toLowerCase()}`)])];
    const found = (await ask(LIST, { filter, after: parameters.get("after") }, { signal })).payments;
    return [
      heading(say("payments"), null, picker("payments", "status", chosen, options)),
      list(say("payments"), found.edges.map((edge) => edge.node)),
      pager("payments", parameters, found.pageInfo),
    ];
  },
};

export const search = {
  moves: () => true,
  async draw(clue, _parameters, { signal }) {
    const { search: found } = await ask(SEARCH, { clue }, { signal });
    document.getElementById("clue").value = clue;
    if (found.length === 1) {
      location.replace(`#/payment/${found[0].operator.paymentId}`);
      return [];
    }
    const title = say(found.length ? "found" : "none_found", { clue });
    return [heading(title, found.length ? null : say("search_hint")), found.length ? list(title, found) : null].filter(Boolean);
  },
};

function list(caption, rows) {
  return table(
    caption,
    [
      ["created", (row) => el("a", { href: `#/payment/${row.operator.paymentId}` }, when(row.createdAt))],
      ["status", (row) => status(row.status)],
      ["amount", (row) => row.amount.formatted, "number"],
      ["paid_amount", (row) => (row.paidAmount.amountMinor ? row.paidAmount.formatted : "–"), "number"],
      ["price", (row) => [row.price?.name ?? row.operator.priceId, row.operator.items.length > 1 ? ` +${row.operator.items.length - 1}` : null]],
      ["reference", (row) => (row.operator.clientReferenceId ? el("code", {}, row.operator.clientReferenceId) : "–")],
      ["session", (row) => el("code.id", { title: row.sessionId }, row.sessionId || row.operator.paymentId)],
    ],
    rows,
  );
}
