// One GraphQL subscription over one WebSocket, in the `graphql-transport-ws` protocol
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). It reports its end; it does not reconnect.

import { LANGUAGE } from "./graphql.js";

const ANSWER_MS = 10_000;
// A buyer who looks at the page sees within three seconds that the connection is silent; in a hidden tab it may wait.
const PING_EVERY_MS = 1_500;
const PING_HIDDEN_MS = 20_000;
const SILENT_MS = 1_300;
const OPERATION = "1";

/** Returns a function that closes it. After that, and after `on.lost`, nothing more is reported. */
export function overWebSocket(endpoint, payload, on) {
  let socket;
  let acknowledged = false;
  let ended = false;
  let patience = 0;
  let heartbeat = 0;
  let silence = 0;
  let isSilent = false;

  function end(report) {
    if (ended) return;
    ended = true;
    for (const timer of [patience, heartbeat, silence]) clearTimeout(timer);
    socket?.close(1000);
    if (report) on.lost({ cameUp: acknowledged, transport: "websocket" });
  }

  // A peer that vanished (a phone that slept, a cable pulled) closes nothing: only a missing answer tells.
  function expectAnswer() {
    clearTimeout(patience);
    patience = setTimeout(() => end(true), ANSWER_MS);
  }

  function beat() {
    const isHidden = document.visibilityState === "hidden";
    heartbeat = setTimeout(beat, isHidden ? PING_HIDDEN_MS : PING_EVERY_MS);
    if (isSilent) return;
    send({ type: "ping" });
    expectAnswer();
    silence = setTimeout(fallSilent, SILENT_MS);
  }

  // A slow network is no reason to give the connection up: it is only said that nothing comes.
  function fallSilent() {
    isSilent = true;
    on.silent();
  }

  function hear() {
    clearTimeout(patience);
    clearTimeout(silence);
    if (isSilent) on.live("websocket");
    isSilent = false;
  }

  function send(message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  const answers = {
    connection_ack() {
      acknowledged = true;
      on.live("websocket");
      send({ id: OPERATION, type: "subscribe", payload });
      heartbeat = setTimeout(beat, PING_EVERY_MS);
    },
    ping: () => send({ type: "pong" }),
    next: (message) => on.next(message.payload),
    error: (message) => on.next({ errors: message.payload }),
    // Complete after a final status finds us closed already; before one, the server is going away.
    complete: () => end(true),
  };

  try {
    const address = new URL(endpoint, window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(address, "graphql-transport-ws");
  } catch {
    patience = setTimeout(() => end(true));
    return () => end(false);
  }
  expectAnswer();
  // A browser lets no script set a header on a WebSocket: the page's language travels in the first message.
  socket.onopen = () => send({ type: "connection_init", payload: { acceptLanguage: LANGUAGE } });
  socket.onclose = () => end(true);
  socket.onmessage = ({ data }) => {
    if (ended) return;
    hear();
    const message = JSON.parse(data);
    answers[message.type]?.(message);
  };
  return () => end(false);
}
