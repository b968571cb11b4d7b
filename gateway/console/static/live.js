// The feed of all payments over one WebSocket: it says which payment moved, and closes while the page is hidden.

import { ENDPOINT, heldKey } from "./api.js";
import { say } from "./words.js";

const FEED = "subscription Console { payments { operator { paymentId } } }";
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;

/** Calls `changed(paymentId)` for each change, and with null after a time in which some may have been missed. */
export function follow(place, changed) {
  let socket = null;
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let isStopped = false;

  function show(name) {
    place.textContent = say(name);
    place.dataset.state = name;
  }

  function connect() {
    clearTimeout(timer);
    const address = new URL(ENDPOINT, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const current = new WebSocket(address, "graphql-transport-ws");
    socket = current;
    const send = (message) => current.send(JSON.stringify(message));
    const answers = {
      connection_ack() {
        wait = FIRST_WAIT_MS;
        show("live");
        send({ id: "1", type: "subscribe", payload: { query: FEED } });
        changed(null);
      },
      ping: () => send({ type: "pong" }),
      next: (message) => changed(message.payload.data?.payments.operator?.paymentId ?? null),
    };
    current.onopen = () => send({ type: "connection_init", payload: { authorization: `Bearer ${heldKey()}` } });
    current.onmessage = (event) => {
      const message = JSON.parse(event.data);
      answers[message.type]?.(message);
    };
    current.onclose = () => {
      if (current === socket) later();
    };
  }

  function later() {
    if (isStopped || document.hidden) return;
    show("offline");
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  function close() {
    clearTimeout(timer);
    const current = socket;
    socket = null;
    current?.close(1000);
  }

  function turn() {
    close();
    if (document.hidden) show("paused");
    else connect();
  }

  document.addEventListener("visibilitychange", turn);
  turn();
  return () => {
    isStopped = true;
    document.removeEventListener("visibilitychange", turn);
    close();
    place.textContent = "";
  };
}
