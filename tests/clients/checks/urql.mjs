// urql, set up as docs/frontend/clients/urql.ts shows it.

import { urqlOverEvents, urqlOverWebSocket } from "../build/frontend/clients/urql.ts";
import { codeOf, CREATE, expect, expectWatchedToTheEnd, newSession, READ, STARTER, UNKNOWN, WATCH } from "./gateway.mjs";

export const urql = {
  "asks a query": async (gateway) => {
    const id = await newSession(gateway);
    const { data, error } = await urqlOverEvents(gateway.url).query(READ, { id }).toPromise();
    expect(data?.paymentStatus.status === "UNPAID", String(error));
  },

  "sends a mutation": async ({ url }) => {
    const { data, error } = await urqlOverWebSocket(url).mutation(CREATE, { input: { priceId: STARTER } }).toPromise();
    expect(data?.createCheckoutSession.url.startsWith("http"), String(error));
  },

  "hears why an operation is refused": async ({ url }) => {
    const { error } = await urqlOverEvents(url).query("{ nothing }", {}).toPromise();
    expect(error?.graphQLErrors.length === 1, String(error));
  },

  "watches over graphql-ws": (gateway) => watch(urqlOverWebSocket(gateway.url), gateway),
  "watches over server-sent events": (gateway) => watch(urqlOverEvents(gateway.url), gateway),
  "hears a refusal over graphql-ws": ({ url }) => expectRefusal(urqlOverWebSocket(url)),
  "hears a refusal over server-sent events": ({ url }) => expectRefusal(urqlOverEvents(url)),
};

async function watch(client, gateway) {
  const id = await newSession(gateway);
  const seen = [];
  await new Promise((resolve, reject) => {
    const { unsubscribe } = client.subscription(WATCH, { id }).subscribe(({ data, error }) => {
      if (error) return reject(error);
      seen.push(data.paymentStatus);
      if (seen.length === 1) gateway.pay(id).catch(reject);
      if (!data.paymentStatus.isFinal) return undefined;
      // Inside the callback of a synchronous source `unsubscribe` may not exist yet.
      queueMicrotask(() => unsubscribe());
      return resolve();
    });
  });
  expectWatchedToTheEnd(seen);
}

async function expectRefusal(client) {
  const { error } = await new Promise((resolve) => {
    client.subscription(WATCH, { id: UNKNOWN }).subscribe(resolve);
  });
  expect(codeOf(error) === "session_not_found", String(error));
}
