// Notices to the shop's back ends: which were taken, which were not, and what they answered.

import { act, ask } from "../api.js";
import { confirm } from "../dialog.js";
import { badge, el, heading, table, when } from "../dom.js";
import { pager, picker } from "../lists.js";
import { say } from "../words.js";

const LIST = `query Deliveries($filter: DeliveryFilter, $after: String) {
  deliveries(filter: $filter, first: 50, after: $after) {
    edges { node { id type url paymentId state tries statusCode answer isPaused nextTryAt createdAt } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const REPLAY = "mutation Resend($id: ID!) { replayDelivery(id: $id) { __typename ... on Refusal { message } } }";
export const TONES = { PENDING: "processing", DELIVERED: "paid", FAILED: "failed", SUPERSEDED: "expired" };

export const deliveries = {
  moves: () => true,
  async draw(_argument, parameters, { signal, redraw }) {
    const chosen = parameters.get("state");
    const filter = Object.hasOwn(TONES, chosen) ? { state: chosen } : {};
    const found = (await ask(LIST, { filter, after: parameters.get("after") }, { signal })).deliveries;
    const options = [["", say("all")], ...Object.keys(TONES).map((state) => [state, say(`delivery_${state.toLowerCase()}`)])];
    return [
      heading(say("deliveries"), say("deliveries_lead"), picker("deliveries", "state", chosen, options)),
      table(
        say("deliveries"),
        [
          ["created", (row) => el("a", { href: `#/payment/${row.paymentId}` }, when(row.createdAt))],
          ["type", (row) => el("code", {}, `payment.${row.type.toLowerCase()}`)],
          ["state", (row) => deliveryState(row)],
          ["tries", (row) => row.tries, "number"],
          ["answer", (row) => el("span", { lang: "en" }, answered(row))],
          ["back_end", (row) => el("code", {}, row.url)],
          ["event", (row) => resend(row, redraw)],
        ],
        found.edges.map((edge) => edge.node),
      ),
      pager("deliveries", parameters, found.pageInfo),
    ];
  },
};

export function deliveryState(row) {
  return [badge(say(`delivery_${row.state.toLowerCase()}`), TONES[row.state]), row.isPaused ? [" ", badge(say("paused_back_end"), "failed")] : null];
}

export function answered(row) {
  return [row.statusCode, row.answer].filter(Boolean).join(" ") || "–";
}

export function resend({ id }, redraw) {
  const go = () => confirm(say("resend"), el("code", {}, id), [], () => act(REPLAY, { id })).then((done) => done && redraw());
  return el("button.quiet.small", { type: "button", onclick: go }, say("resend"));
}
