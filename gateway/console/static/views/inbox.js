// What Stripe sent, and what became of it; any of it can be read as it came and applied once more.

import { act, ask } from "../api.js";
import { confirm, open } from "../dialog.js";
import { badge, el, english, heading, table, when } from "../dom.js";
import { pager, picker } from "../lists.js";
import { say } from "../words.js";

const LIST = `query Inbox($filter: WebhookEventFilter, $after: String) {
  webhookEvents(filter: $filter, first: 50, after: $after) {
    edges { node { id type state paymentId receivedAt tries nextTryAt error } } pageInfo { hasNextPage endCursor }
  }
}`;
const BODY = "query Body($id: ID!) { webhookEventBody(id: $id) }";
const REPLAY = `mutation Replay($id: ID!) {
  replayWebhookEvent(id: $id) { __typename ... on WebhookEventReplay { changed } ... on Refusal { message } }
}`;
const TONES = { APPLIED: "paid", IGNORED: "expired", UNMATCHED: "processing", FAILED: "failed" };

export const inbox = {
  moves: () => true,
  async draw(_argument, parameters, { signal, redraw }) {
    const chosen = parameters.get("state");
    const filter = Object.hasOwn(TONES, chosen) ? { state: chosen } : {};
    const found = (await ask(LIST, { filter, after: parameters.get("after") }, { signal })).webhookEvents;
    const options = [["", say("all")], ...Object.keys(TONES).map((state) => [state, say(`event_${state.toLowerCase()}`)])];
    return [
      heading(say("inbox"), say("inbox_lead"), picker("inbox", "state", chosen, options)),
      table(
        say("inbox"),
        [
          ["received", (row) => (row.paymentId ? el("a", { href: `#/payment/${row.paymentId}` }, when(row.receivedAt)) : when(row.receivedAt))],
          ["type", (row) => el("code", {}, row.type)],
          ["state", (row) => badge(say(`event_${row.state.toLowerCase()}`), TONES[row.state])],
          ["tries", (row) => row.tries, "number"],
          ["error", (row) => (row.error ? english(row.error) : "–")],
          ["event", (row) => eventTools(row, redraw)],
        ],
        found.edges.map((edge) => edge.node),
      ),
      pager("inbox", parameters, found.pageInfo),
    ];
  },
};

/** An event's id with what can be done to it. */
export function eventTools({ id }, redraw) {
  const replay = () => confirm(say("replay"), el("code", {}, id), [], () => act(REPLAY, { id })).then((done) => done && redraw());
  return el(
    "span.tools", {},
    el("button.link", { type: "button", onclick: () => showBody(id), title: say("body") }, el("code.id", {}, id)),
    el("button.quiet.small", { type: "button", onclick: replay }, say("replay")),
  );
}

async function showBody(id) {
  let words;
  try {
    const { webhookEventBody } = await ask(BODY, { id });
    words = webhookEventBody === null ? say("body_gone") : JSON.stringify(JSON.parse(webhookEventBody), null, 2);
  } catch (problem) {
    words = problem.message;
  }
  open(say("body"), el("pre", { tabindex: "0" }, words));
}
