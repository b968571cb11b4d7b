// What somebody has to look at: what is open, how old it is, and what to do about it.

import { act, ask } from "../api.js";
import { confirm } from "../dialog.js";
import { badge, el, english, heading, when } from "../dom.js";
import { count, say } from "../words.js";

const ROW = "id kind subject detail state openedAt payments changes { to by note at }";
const DESK = `query Desk {
  open: discrepancies(filter: { state: OPEN }, first: 100) { edges { node { ${ROW} } } pageInfo { hasNextPage } }
  acknowledged: discrepancies(filter: { state: ACKNOWLEDGED }, first: 100) { edges { node { ${ROW} } } pageInfo { hasNextPage } }
}`;
const ACKNOWLEDGE = `mutation Acknowledge($id: ID!, $note: String) {
  acknowledgeDiscrepancy(id: $id, note: $note) { __typename ... on Refusal { message } }
}`;
const RESOLVE = `mutation Resolve($id: ID!, $note: String!) {
  resolveDiscrepancy(id: $id, note: $note) { __typename ... on Refusal { message } }
}`;

export const desk = {
  moves: () => true,
  async draw(_argument, _parameters, { signal, redraw }) {
    const { open, acknowledged } = await ask(DESK, {}, { signal });
    const rows = [...open.edges, ...acknowledged.edges].map((edge) => edge.node);
    rows.sort((one, other) => one.openedAt.localeCompare(other.openedAt));
    const more = open.pageInfo.hasNextPage || acknowledged.pageInfo.hasNextPage;
    return [
      heading(say("desk"), say("desk_lead"), rows.length ? el("p.figure", {}, `${count(rows.length)}${more ? "+" : ""}`) : null),
      rows.length ? el("ul.cards", {}, rows.map((row) => entry(row, redraw))) : el("p.empty.clear", {}, say("desk_clear")),
    ];
  },
};

/** One discrepancy as a card; a payment's own screen shows the same. */
export function entry(row, redraw, { linked = true } = {}) {
  const kind = row.kind.toLowerCase();
  const title = say(`kind_${kind}`);
  const last = row.changes.at(-1);
  const acknowledge = () =>
    confirm(`${say("acknowledge")}: ${title}`, english(row.detail), [["note", "note", false]], (values) => act(ACKNOWLEDGE, { id: row.id, ...values })).then((done) => done && redraw());
  const resolve = () =>
    confirm(`${say("resolve")}: ${title}`, english(row.detail), [["note", "note", true]], (values) => act(RESOLVE, { id: row.id, ...values })).then((done) => done && redraw());
  const isResolved = row.state === "RESOLVED";
  return el(
    "li.card.entry", { "data-row": true, "data-state": row.state },
    el("h2", {}, title, " ", row.state === "ACKNOWLEDGED" ? badge(say("acknowledged"), "processing") : null, isResolved ? badge(say("resolved"), "paid") : null),
    el("p.soft", {}, when(row.openedAt), " · ", el("code", {}, row.subject)),
    el("p", {}, english(row.detail)),
    isResolved ? null : el("p.todo", {}, say(`todo_${kind}`)),
    last?.note ? el("p.soft", {}, el("code", {}, last.by), say("colon"), last.note) : null,
    el(
      "p.buttons", {},
      linked ? row.payments.map((id) => el("a.button", { href: `#/payment/${id}` }, say("open_payment"))) : null,
      row.state === "OPEN" ? el("button.quiet", { type: "button", onclick: acknowledge }, say("acknowledge")) : null,
      isResolved ? null : el("button.quiet", { type: "button", onclick: resolve }, say("resolve")),
    ),
  );
}
