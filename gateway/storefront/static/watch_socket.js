// One GraphQL subscription over one WebSocket, in the `graphql-transport-ws` protocol
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md). It reports its end; it does not reconnect.

const ANSWER_MS = 10_000;
const PING_EVERY_MS = 20_000;
const OPERATION = "1";

/** Returns a function that closes it. After that, and after `on.lost`, nothing more is reported. */
export function overWebSocket(endpoint, payload, on) {
  let socket;
  let acknowledged = false;
  let ended = false;
  let patience = 0;
  let heartbeat = 0;

  function end(report) {
    if (ended) return;
    ended = true;
    clearTimeout(patience);
    clearInterval(heartbeat);
    socket?.close(1000);
    if (report) on.lost({ cameUp: acknowledged, transport: "websocket" });
  }

  // A peer that vanished (a phone that slept, a cable pulled) closes nothing: only a missing answer tells.
  function expectAnswer() {
    clearTimeout(patience);
    patience = setTimeout(() => end(true), ANSWER_MS);
  }

  function send(message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  const answers = {
    connection_ack() {
      acknowledged = true;
      on.live("websocket");
      send({ id: OPERATION, type: "subscribe", payload });
      heartbeat = setInterval(() => {
        send({ type: "ping" });
        expectAnswer();
      }, PING_EVERY_MS);
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
  socket.onopen = () => send({ type: "connection_init" });
  socket.onclose = () => end(true);
  socket.onmessage = ({ data }) => {
    if (ended) return;
    clearTimeout(patience);
    const message = JSON.parse(data);
    answers[message.type]?.(message);
  };
  return () => end(false);
}
