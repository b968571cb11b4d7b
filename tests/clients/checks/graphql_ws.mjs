// graphql-ws, the reference client of graphql-transport-ws.

import { createClient } from "graphql-ws";

import { codeOf, CREATE, expect, expectWatchedToTheEnd, newSession, READ, refused, STARTER, UNKNOWN, WATCH } from "./gateway.mjs";

export const graphqlWs = {
  "watches a payment from its snapshot through its changes to complete": async (gateway) => {
    const id = await newSession(gateway);
    await withClient(gateway, {}, async (client) => {
      const seen = [];
      for await (const { data } of client.iterate({ query: WATCH, variables: { id } })) {
        seen.push(data.paymentStatus);
        if (seen.length === 1) await gateway.pay(id);
      }
      expectWatchedToTheEnd(seen);
    });
  },

  "resumes after the version it has": async (gateway) => {
    const id = await newSession(gateway);
    await withClient(gateway, {}, async (client) => {
      const seen = [];
      const stream = client.iterate({ query: WATCH, variables: { id, since: 1 } });
      const first = stream.next();
      await gateway.pay(id);
      seen.push((await first).value.data.paymentStatus);
      for await (const { data } of stream) seen.push(data.paymentStatus);
      expect(seen[0].version > 1, "it was sent what it had");
      expect(seen.at(-1).status === "PAID", "it did not hear the end");
    });
  },

  "asks a query over the socket": async (gateway) => {
    const id = await newSession(gateway);
    await withClient(gateway, {}, async (client) => {
      const { value } = await client.iterate({ query: READ, variables: { id } }).next();
      expect(value.data.paymentStatus.status === "UNPAID", JSON.stringify(value));
    });
  },

  "hears why a subscription is refused, and keeps its connection": async (gateway) => {
    await withClient(gateway, { lazy: false }, async (client) => {
      const reason = await refused(client.iterate({ query: WATCH, variables: { id: UNKNOWN } }).next());
      expect(codeOf(reason) === "session_not_found", JSON.stringify(reason));
      const { value } = await client.iterate({ query: "{ prices { id } }" }).next();
      expect(value.data.prices.length > 0, "the connection did not serve on");
    });
  },

  "is asked to send mutations by POST": async (gateway) => {
    await withClient(gateway, {}, async (client) => {
      const variables = { input: { priceId: STARTER } };
      const reason = await refused(client.iterate({ query: CREATE, variables }).next());
      expect(codeOf(reason) === "invalid_request", JSON.stringify(reason));
    });
  },

  "pings and is answered": async (gateway) => {
    const answered = deferred();
    const on = { pong: (received) => received && answered.resolve() };
    await withClient(gateway, { lazy: false, keepAlive: 50, on }, () => answered.promise);
  },

  "takes a lost connection up again by itself": async (gateway) => {
    const id = await newSession(gateway);
    let connections = 0;
    const on = { connected: () => (connections += 1) };
    await withClient(gateway, { on, retryAttempts: 5, retryWait: async () => {} }, async (client) => {
      let latest;
      let drops = 0;
      for await (const { data } of client.iterate({ query: WATCH, variables: { id } })) {
        latest = data.paymentStatus;
        if (drops === 0) {
          drops += 1;
          client.terminate();
        } else if (drops === 1) {
          drops += 1;
          await gateway.pay(id);
        }
      }
      expect(connections === 2, `${connections} connections`);
      expect(latest.status === "PAID", latest.status);
    });
  },
};

async function withClient({ socketUrl }, options, body) {
  const client = createClient({ url: socketUrl, retryAttempts: 0, ...options });
  try {
    await body(client);
  } finally {
    await client.dispose();
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((resolved) => (resolve = resolved));
  return { promise, resolve };
}
