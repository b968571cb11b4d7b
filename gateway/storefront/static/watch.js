// Watch one payment until its final status and, once it is paid, until the shop's own system has taken the news: a
// small client for GraphQL subscriptions over the `graphql-transport-ws` protocol, without polling, which falls back to server-sent events where WebSockets are blocked.
//
//   const watching = watchPayment({ sessionId, onPayment, onConnection, onRefused });
//   watching.tryNow();   // after "lost": do not wait for the next try
//   watching.stop();     // nothing is reported any more
//
// `onPayment(payment)` is called for the present state and then for each change, with strictly growing versions.
// `onConnection(state)` is called with "connecting", "websocket", "sse", "lost", "done" or "refused".
// A lost connection is taken up again by itself, after the last version seen, so nothing is missed or shown twice.

import { ENDPOINT } from "./graphql.js";
import { overEvents } from "./watch_events.js";
import { overWebSocket } from "./watch_socket.js";

/** The fields of a payment that the pages show. */
export const PAYMENT = `
  sessionId status isFinal version createdAt
  amount { formatted } price { name } checkoutUrl
  lastFailure { message }
  paidAmount { amountMinor } refundedAmount { formatted amountMinor } disputed
  receiptUrl invoiceUrl fulfilment { state at }
  history { version from to cause at occurredAt }
`;
const WATCH = `subscription ($id: ID!, $since: Int) {
  paymentStatus(sessionId: $id, sinceVersion: $since) { ${PAYMENT} }
}`;

// Refusals that time heals. Anything else would be said again to the same question, so we stop asking.
const PASSING = new Set(["rate_limit_exceeded", "service_unavailable", "stripe_unavailable", "internal_error"]);
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
// So many WebSockets in a row that never came up mean: something on the way does not let them through.
const BLOCKED_AFTER = 2;

/** It is paid, and the shop's own system has not taken the news yet. */
export function awaitsShop({ status, fulfilment }) {
  return (status === "PAID" || status === "NO_PAYMENT_REQUIRED") && fulfilment?.state === "PENDING";
}

export function watchPayment({ sessionId, onPayment, onConnection, onRefused }) {
  let version = null;
  let failures = 0;
  let blocked = 0;
  let over = false;
  let close = () => {};
  let timer = 0;

  function connect() {
    clearTimeout(timer);
    if (failures === 0) onConnection("connecting");
    const open = blocked >= BLOCKED_AFTER ? overEvents : overWebSocket;
    const variables = { id: sessionId, since: version };
    close = open(ENDPOINT, { query: WATCH, variables }, { live, next, lost, silent: () => onConnection("lost") });
  }

  function live(transport) {
    blocked = transport === "websocket" ? 0 : blocked;
    onConnection(transport);
  }

  function next({ data, errors }) {
    if (errors?.length) return refuse(errors[0]);
    const payment = data.paymentStatus;
    failures = 0;
    if (version !== null && payment.version <= version) return undefined;
    version = payment.version;
    onPayment(payment);
    return payment.isFinal && !awaitsShop(payment) ? finish("done") : undefined;
  }

  function refuse(error) {
    const code = error.extensions?.code ?? "unexpected";
    if (PASSING.has(code)) return lost({ cameUp: true });
    finish("refused");
    return onRefused({ code, message: error.message });
  }

  function lost({ cameUp, transport }) {
    if (over) return;
    close();
    // Each side gets its turn again: where events fail too, the next try is a WebSocket once more.
    if (transport === "sse" && !cameUp) blocked = 0;
    else if (!cameUp) blocked += 1;
    onConnection("lost");
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
    failures += 1;
    // Jitter: a restart of the gateway must not bring every watcher back in the same instant.
    timer = setTimeout(connect, ceiling * (0.5 + Math.random() / 2));
  }

  function tryNow() {
    if (over) return;
    close();
    connect();
  }

  // The device says that it has no network: the connection is gone, whatever it looks like.
  const offline = () => lost({ cameUp: true });

  function stop() {
    over = true;
    clearTimeout(timer);
    close();
    window.removeEventListener("offline", offline);
    window.removeEventListener("online", tryNow);
  }

  function finish(state) {
    stop();
    onConnection(state);
  }

  window.addEventListener("offline", offline);
  window.addEventListener("online", tryNow);
  connect();
  return { stop, tryNow };
}
