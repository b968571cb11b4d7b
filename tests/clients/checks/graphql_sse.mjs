// graphql-sse in its "distinct connections" mode: one request, one stream.

import { createClient } from "graphql-sse";

import { codeOf, expect, expectWatchedToTheEnd, newSession, READ, UNKNOWN, WATCH } from "./gateway.mjs";

export const graphqlSse = {
  "watches a payment from its snapshot through its changes to complete": async (gateway) => {
    const id = await newSession(gateway);
    const seen = [];
    for await (const { data } of createClient(gateway).iterate({ query: WATCH, variables: { id } })) {
      seen.push(data.paymentStatus);
      if (seen.length === 1) await gateway.pay(id);
    }
    expectWatchedToTheEnd(seen);
  },

  "asks a query": async (gateway) => {
    const id = await newSession(gateway);
    const { value } = await createClient(gateway).iterate({ query: READ, variables: { id } }).next();
    expect(value.data.paymentStatus.status === "UNPAID", JSON.stringify(value));
  },

  "hears why a subscription is refused": async (gateway) => {
    const { value } = await createClient(gateway).iterate({ query: WATCH, variables: { id: UNKNOWN } }).next();
    expect(codeOf(value) === "session_not_found", JSON.stringify(value));
  },

  "hears why a document is refused": async (gateway) => {
    const { value } = await createClient(gateway).iterate({ query: "{ nothing }" }).next();
    expect(value.errors.length === 1, JSON.stringify(value));
  },
};
