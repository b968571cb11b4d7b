// Buy and watch a payment from a page: one ES module without dependencies, served at /client/v1.js by the gateway.
//
//   import { createCheckout, watchPayment } from "https://pay.example/client/v1.js";
//   const { url, sessionId } = await createCheckout({ priceId, idempotencyKey: crypto.randomUUID() });
//   const payment = await watchPayment(sessionId, { onPayment: (payment) => show(payment.status) });
//
// Changes come over a WebSocket, where that is blocked as server-sent events, and where that is blocked too by long
// polls. A lost connection is taken up again after the last version seen: nothing is missed or shown twice.

const MONEY = "{ amountMinor currency formatted }";
const PAYMENT = `{
  sessionId status isFinal version disputed checkoutUrl
  amount ${MONEY} refundedAmount ${MONEY} price { id name } lastFailure { message advice at }
}`;
const READ = `query ReadPayment($sessionId: ID!) { paymentStatus(sessionId: $sessionId) ${PAYMENT} }`;
const WATCH = `subscription WatchPayment($sessionId: ID!, $sinceVersion: Int) {
  paymentStatus(sessionId: $sessionId, sinceVersion: $sinceVersion) ${PAYMENT}
}`;
const CREATE = `mutation CreateCheckout($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) {
    ... on CheckoutSession { sessionId url expiresAt reused }
    ... on Refusal { code message existing: sessionId }
  }
}`;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const ANSWER_MS = 10_000; // for a connection to come up, and for a pong
const PING_EVERY_MS = 20_000;
const SILENCE_MS = 20_000; // an event stream says every 15 s that it lives
const POLL_SECONDS = 25;
// Refusals that time heals. Anything else would be said again to the same question.
const PASSING = new Set([
  "rate_limit_exceeded", "stripe_unavailable", "service_unavailable", "request_timeout", "internal_error", "unexpected",
]);

/** What the gateway refuses; `message` is written for the buyer, in their browser's language. */
export class Refusal extends Error {
  constructor(code, message, { sessionId = null, retryAfterSeconds = 0 } = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code.toLowerCase();
    this.sessionId = sessionId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Opens a checkout session. Throws a Refusal, or what `fetch` throws where the gateway cannot be reached. */
export async function createCheckout(input, { gateway = home(), signal } = {}) {
  const { createCheckoutSession: result } = await ask(baseOf(gateway), CREATE, { input }, signal);
  if (result.code) throw new Refusal(result.code, result.message, { sessionId: result.existing });
  return result;
}

/** Resolves with the payment in its final status. Throws a Refusal that no waiting would heal, or the signal's reason. */
export async function watchPayment(sessionId, options = {}) {
  const { gateway = home(), signal, onConnection = () => {} } = options;
  const { transports = ["websocket", "events", "polling"], onPayment = () => {} } = options;
  const watch = { base: baseOf(gateway), sessionId, signal, onPayment, onConnection, version: null, final: null };
  for (let turn = 0, failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    onConnection("connecting");
    const { gotThrough, changed, retryAfterSeconds } = await connect(watch, transports[turn % transports.length]);
    if (watch.final) {
      onConnection("done");
      return watch.final;
    }
    signal?.throwIfAborted();
    onConnection("lost");
    if (!gotThrough) turn += 1; // Something on the way blocks it: the next one's turn.
    if (changed) failures = 0;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
    // Jitter: a restart of the gateway must not bring every watcher back in the same instant.
    await pause(Math.max(retryAfterSeconds * 1000, delay * (0.5 + Math.random() / 2)), signal);
  }
}

/** One connection, from its beginning to its end. Throws what ends the watch: a Refusal, or what `onPayment` threw. */
async function connect(watch, name) {
  const { base, sessionId, onConnection } = watch;
  const attempt = new AbortController();
  const outcome = { isLive: false, gotThrough: false, changed: false, retryAfterSeconds: 0, thrown: null };
  const live = ({ gotThrough }) => {
    if (!outcome.isLive) onConnection(name);
    outcome.isLive = true;
    outcome.gotThrough ||= gotThrough;
  };
  const next = (payment) => {
    const isNew = payment.version !== watch.version;
    watch.version = payment.version;
    if (payment.isFinal) watch.final = payment;
    if (payment.isFinal) attempt.abort();
    try {
      if (isNew) watch.onPayment(payment);
    } catch (reason) {
      outcome.thrown = { reason };
      attempt.abort();
    }
    outcome.changed ||= isNew;
  };
  const stopListening = abortWith(attempt, watch.signal);
  try {
    await TRANSPORTS[name]({ base, sessionId, sinceVersion: watch.version, attempt, live, next });
  } catch (reason) {
    if (reason instanceof Refusal && !PASSING.has(reason.code)) throw reason;
    outcome.retryAfterSeconds = reason.retryAfterSeconds ?? 0;
  } finally {
    stopListening();
    attempt.abort();
  }
  if (outcome.thrown) throw outcome.thrown.reason;
  return outcome;
}

// Each is one connection's worth: it ends when the connection does, or throws; `attempt` ends it from outside.
const TRANSPORTS = { websocket: overWebSocket, events: overEvents, polling: overPolling };

/** The protocol `graphql-transport-ws`: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. */
function overWebSocket({ base, sessionId, sinceVersion, attempt, live, next }) {
  return new Promise((resolve, reject) => {
    const address = new URL("graphql", base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, "graphql-transport-ws");
    const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
    const silence = alarm(() => attempt.abort());
    let heartbeat = 0;
    const answers = {
      connection_ack() {
        live({ gotThrough: true });
        send({ id: "1", type: "subscribe", payload: { query: WATCH, variables: { sessionId, sinceVersion } } });
        heartbeat = setInterval(() => {
          send({ type: "ping" });
          silence.set(ANSWER_MS);
        }, PING_EVERY_MS);
      },
      ping: () => send({ type: "pong" }),
      next: ({ payload }) => next(paymentIn(payload)),
      error: ({ payload }) => paymentIn({ errors: payload }),
      complete: () => attempt.abort(),
    };
    attempt.signal.addEventListener("abort", () => {
      silence.clear();
      clearInterval(heartbeat);
      socket.close(1000);
      resolve();
    });
    silence.set(ANSWER_MS);
    socket.onopen = () => send({ type: "connection_init" });
    socket.onclose = () => attempt.abort();
    socket.onerror = () => attempt.abort();
    socket.onmessage = ({ data }) => {
      silence.clear();
      try {
        const message = JSON.parse(data);
        answers[message.type]?.(message);
      } catch (reason) {
        reject(reason);
        attempt.abort();
      }
    };
  });
}

/** Server-sent events, read by `fetch`: `EventSource` shows neither a refusal's status nor that a stream has died. */
async function overEvents({ base, sessionId, sinceVersion, attempt, live, next }) {
  const address = new URL("graphql", base);
  address.searchParams.set("query", WATCH);
  address.searchParams.set("variables", JSON.stringify({ sessionId, sinceVersion }));
  const silence = alarm(() => attempt.abort());
  silence.set(ANSWER_MS);
  try {
    const headers = { Accept: "text/event-stream" };
    const response = await fetch(address, { headers, cache: "no-store", signal: attempt.signal });
    if (!response.ok) throw await refusalOf(response);
    live({ gotThrough: false }); // A proxy may still hold back what follows.
    const reader = response.body.getReader();
    attempt.signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
    const decoder = new TextDecoder();
    let text = "";
    while (!attempt.signal.aborted) {
      silence.set(SILENCE_MS);
      const { done, value } = await reader.read();
      if (done) return;
      live({ gotThrough: true });
      const events = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = events.pop();
      for (const data of events.map(dataOf)) if (data) next(paymentIn(JSON.parse(data)));
    }
  } finally {
    silence.clear();
  }
}

function dataOf(event) {
  return event.startsWith("event: next\n") ? event.slice(event.indexOf("\ndata: ") + 7) : null;
}

/** The status's tag is taken before the payment is read, so a change between the two ends the next wait at once. */
async function overPolling({ base, sessionId, attempt, live, next }) {
  const address = new URL(`api/check-payment-status/${encodeURIComponent(sessionId)}`, base);
  for (let tag = null; !attempt.signal.aborted; ) {
    const headers = tag ? { Prefer: `wait=${POLL_SECONDS}`, "If-None-Match": tag } : {};
    const response = await fetch(address, { headers, cache: "no-store", signal: attempt.signal });
    if (!response.ok && response.status !== 304) throw await refusalOf(response);
    tag = response.headers.get("ETag");
    const { paymentStatus } = await ask(base, READ, { sessionId }, attempt.signal);
    live({ gotThrough: true });
    next(paymentStatus);
  }
}

async function ask(base, query, variables, signal) {
  const response = await fetch(new URL("graphql", base), {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ query, variables }),
    signal,
  });
  if (!response.ok) throw await refusalOf(response);
  const { data, errors } = await response.json();
  if (errors?.length) throw refusalIn(errors[0]);
  return data;
}

function paymentIn({ data, errors }) {
  if (errors?.length) throw refusalIn(errors[0]);
  return data.paymentStatus;
}

function refusalIn({ message, extensions }) {
  return new Refusal(extensions?.code ?? "unexpected", message);
}

/** From an HTTP answer: REST's envelope or GraphQL's errors; a proxy's page is neither. */
async function refusalOf(response) {
  const answer = await response.json().catch(() => ({}));
  const { code, message } = answer.error ?? refusalIn(answer.errors?.[0] ?? { message: `HTTP ${response.status}` });
  return new Refusal(code, message, { retryAfterSeconds: Number(response.headers.get("Retry-After")) || 0 });
}

/** The attempt ends with the caller's signal, and at once where the browser says that it is offline. */
function abortWith(attempt, signal) {
  const abort = () => attempt.abort();
  signal?.addEventListener("abort", abort);
  globalThis.addEventListener?.("offline", abort);
  return () => {
    signal?.removeEventListener("abort", abort);
    globalThis.removeEventListener?.("offline", abort);
  };
}

/** Ends early where the browser is online again, or the caller has given up. */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(wake, milliseconds);
    function wake() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
      globalThis.removeEventListener?.("online", wake);
      resolve();
    }
    signal?.addEventListener("abort", wake);
    globalThis.addEventListener?.("online", wake);
  });
}

function alarm(ring) {
  let timer = 0;
  const clear = () => clearTimeout(timer);
  return {
    clear,
    set(milliseconds) {
      clear();
      timer = setTimeout(ring, milliseconds);
    },
  };
}

/** The gateway that served this module. A copy in a bundle needs `gateway`. */
function home() {
  const own = new URL(import.meta.url);
  if (own.pathname.endsWith("/client/v1.js")) return new URL("..", own);
  throw new TypeError('Say where the gateway is, like { gateway: "https://pay.example" }.');
}

function baseOf(gateway) {
  return new URL(String(gateway).replace(/\/*$/, "/"), globalThis.location?.href);
}
