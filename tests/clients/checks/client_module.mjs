// The gateway's own browser module, /client/v1.js: each way it can hear of a change, and how it falls from one to the next.

import { createCheckout, Refusal, watchPayment } from "../../../gateway/client/v1.js";
import { expect, expectWatchedToTheEnd, refused, STARTER, UNKNOWN } from "./gateway.mjs";

const KEY = () => crypto.randomUUID();

export const clientModule = {
  "watches over a WebSocket": (gateway) => watchTo("websocket", gateway, {}),
  "watches over server-sent events": (gateway) => watchTo("events", gateway, { transports: ["events"] }),
  "watches by long polls": (gateway) => watchTo("polling", gateway, { transports: ["polling"] }),
  "falls to events where sockets are blocked": (gateway) => withoutSockets(() => watchTo("events", gateway, {})),
  "falls to long polls where events are blocked too": (gateway) =>
    withoutSockets(() => withoutEvents(() => watchTo("polling", gateway, {}))),

  "hands an open session back to the same key, and refuses in words": async (gateway) => {
    const input = { priceId: STARTER, idempotencyKey: KEY() };
    const [first, again] = [await createCheckout(input, where(gateway)), await createCheckout(input, where(gateway))];
    expect(first.sessionId === again.sessionId, "it opened another");
    const reason = await refused(createCheckout({ priceId: "price_nobodySellsThis" }, where(gateway)));
    expect(reason instanceof Refusal && reason.code === "invalid_price_id" && reason.message, String(reason));
  },

  "tells at once, whichever way it asks, that there is no such session": async (gateway) => {
    for (const transport of ["websocket", "events", "polling"]) {
      const reason = await refused(watchPayment(UNKNOWN, { ...where(gateway), transports: [transport] }));
      expect(reason instanceof Refusal && reason.code === "session_not_found", `${transport}: ${reason}`);
    }
  },

  "takes a cut connection up after the version it has": async (gateway) => {
    const { sessionId } = await createCheckout({ priceId: STARTER }, where(gateway));
    const asked = [];
    const seen = [];
    await withSocket(cutAfterTheFirstPayment(asked), () =>
      watchPayment(sessionId, {
        ...where(gateway),
        transports: ["websocket"],
        onPayment: (payment) => seen.push(payment),
        onConnection: (state) => state === "lost" && asked.length === 1 && gateway.pay(sessionId),
      }),
    );
    expectWatchedToTheEnd(seen);
    expect(asked[0] === null && asked[1] === 1, JSON.stringify(asked));
  },

  "stops when it is asked to": async (gateway) => {
    const { sessionId } = await createCheckout({ priceId: STARTER }, where(gateway));
    for (const transport of ["websocket", "events", "polling"]) {
      const leaving = new AbortController();
      const watching = watchPayment(sessionId, {
        ...where(gateway),
        transports: [transport],
        signal: leaving.signal,
        onPayment: () => leaving.abort(new Error("left")),
      });
      expect((await refused(watching)).message === "left", transport);
    }
  },

  "passes on what its caller's function throws": async (gateway) => {
    const { sessionId } = await createCheckout({ priceId: STARTER }, where(gateway));
    const onPayment = () => {
      throw new Error("the page's own mistake");
    };
    const reason = await refused(watchPayment(sessionId, { ...where(gateway), onPayment }));
    expect(reason.message === "the page's own mistake", String(reason));
  },
};

function where({ url }) {
  return { gateway: url.replace(/\/graphql$/, "") };
}

async function watchTo(transport, gateway, options) {
  const { sessionId } = await createCheckout({ priceId: STARTER, idempotencyKey: KEY() }, where(gateway));
  const seen = [];
  const states = [];
  const final = await watchPayment(sessionId, {
    ...where(gateway),
    ...options,
    onConnection: (state) => states.push(state),
    onPayment: (payment) => {
      seen.push(payment);
      if (seen.length === 1) gateway.pay(sessionId);
    },
  });
  expectWatchedToTheEnd(seen);
  expect(final.status === "PAID" && final.amount.formatted === "$5.00", JSON.stringify(final));
  expect(states.at(-1) === "done" && states.includes(transport), states.join());
}

function withoutSockets(body) {
  return withSocket(
    class {
      static OPEN = 1;
      constructor() {
        setTimeout(() => this.onerror());
      }
      close() {}
    },
    body,
  );
}

async function withSocket(stand, body) {
  const real = globalThis.WebSocket;
  globalThis.WebSocket = stand;
  try {
    return await body();
  } finally {
    globalThis.WebSocket = real;
  }
}

async function withoutEvents(body) {
  const real = globalThis.fetch;
  globalThis.fetch = (address, init) =>
    init?.headers?.Accept === "text/event-stream" ? Promise.reject(new TypeError("blocked")) : real(address, init);
  try {
    return await body();
  } finally {
    globalThis.fetch = real;
  }
}

/** A WebSocket whose first connection breaks behind the first payment. `asked` is given each `sinceVersion`. */
function cutAfterTheFirstPayment(asked) {
  const Real = globalThis.WebSocket;
  return class extends Real {
    send(text) {
      const { type, payload } = JSON.parse(text);
      if (type === "subscribe") asked.push(payload.variables.sinceVersion);
      super.send(text);
    }
    set onmessage(hear) {
      this.addEventListener("message", (event) => {
        hear(event);
        if (asked.length === 1 && JSON.parse(event.data).type === "next") this.close(1000);
      });
    }
  };
}
