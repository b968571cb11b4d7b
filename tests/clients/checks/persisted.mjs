// Apollo's persisted queries, as Apollo Client 3 and 4 and urql send them: the hash first, and the whole document once
// the gateway has declined it. A client that was declined once asks by hash no more.

import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import three from "apollo-client-3/core/core.cjs";
import threePersisted from "apollo-client-3/link/persisted-queries/persisted-queries.cjs";

import { CREATE, expect, newSession, READ, STARTER } from "./gateway.mjs";

export const persistedQueries = {
  "Apollo Client 4 buys and reads by POST": (gateway) => withApollo(gateway, apollo4, {}),
  "Apollo Client 4 buys and reads, hashes by GET": (gateway) => withApollo(gateway, apollo4, { useGETForHashedQueries: true }),
  "Apollo Client 3 buys and reads by POST": (gateway) => withApollo(gateway, apollo3, {}),
  "Apollo Client 3 buys and reads, hashes by GET": (gateway) => withApollo(gateway, apollo3, { useGETForHashedQueries: true }),

  "urql buys and reads": async (gateway) => {
    for (const preferGetForPersistedQueries of [false, true]) {
      const wire = counted();
      const persisted = persistedExchange({ preferGetForPersistedQueries, enableForMutation: true, generateHash: sha256 });
      const client = new Client({ url: gateway.url, fetch: wire.fetch, exchanges: [persisted, fetchExchange] });
      const bought = await client.mutation(CREATE, { input: { priceId: STARTER } }).toPromise();
      const id = bought.data?.createCheckoutSession.sessionId;
      expect(id, String(bought.error));
      const read = await client.query(READ, { id }, { requestPolicy: "network-only" }).toPromise();
      expect(read.data?.paymentStatus.status === "UNPAID", String(read.error));
      expect(wire.hashesAlone() === 1, `${wire.hashesAlone()} hashes in ${wire.sent.length} requests`);
    }
  },
};

async function withApollo(gateway, clientOf, options) {
  const wire = counted();
  const client = clientOf(gateway.url, wire.fetch, { sha256, ...options });
  const id = await newSession(gateway);
  const read = () => client.query({ query: gql(READ), variables: { id }, fetchPolicy: "no-cache" });
  const first = await read();
  expect(first.data.paymentStatus.status === "UNPAID", JSON.stringify(first));
  const bought = await client.mutate({ mutation: gql(CREATE), variables: { input: { priceId: STARTER } } });
  expect(bought.data.createCheckoutSession.url.startsWith("http"), JSON.stringify(bought));
  await gateway.pay(id);
  while ((await read()).data.paymentStatus.status !== "PAID");
  expect(wire.hashesAlone() === 1, `${wire.hashesAlone()} hashes in ${wire.sent.length} requests`);
}

function apollo4(uri, fetch, options) {
  const link = new PersistedQueryLink(options).concat(new HttpLink({ uri, fetch }));
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

function apollo3(uri, fetch, options) {
  const link = threePersisted.createPersistedQueryLink(options).concat(new three.HttpLink({ uri, fetch }));
  return new three.ApolloClient({ link, cache: new three.InMemoryCache() });
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A `fetch` that keeps what was sent. */
function counted() {
  const sent = [];
  const fetch = (address, init) => {
    sent.push(init?.body ? JSON.parse(init.body) : Object.fromEntries(new URL(address).searchParams));
    return globalThis.fetch(address, init);
  };
  return { fetch, sent, hashesAlone: () => sent.filter(({ query, extensions }) => !query && extensions).length };
}
