// Apollo Client, set up as docs/frontend/clients/apollo.ts shows it; and its own multipart, which the gateway refuses in words.

import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";

import { apolloOverEvents, apolloOverWebSocket } from "../build/frontend/clients/apollo.ts";
import { codeOf, CREATE, expect, expectWatchedToTheEnd, newSession, READ, refused, STARTER, UNKNOWN, WATCH } from "./gateway.mjs";

const [create, read, watchIt] = [CREATE, READ, WATCH].map((text) => gql(text));

export const apollo = {
  "asks a query": async (gateway) => {
    const variables = { id: await newSession(gateway) };
    const { data } = await apolloOverWebSocket(gateway.url).query({ query: read, variables });
    expect(data.paymentStatus.status === "UNPAID", JSON.stringify(data));
  },

  "sends a mutation, whose payment the cache knows by its session": async ({ url }) => {
    const client = apolloOverEvents(url);
    const variables = { input: { priceId: STARTER } };
    const { data } = await client.mutate({ mutation: create, variables });
    const { sessionId } = data.createCheckoutSession;
    const known = client.cache.extract()[`Payment:{"sessionId":"${sessionId}"}`];
    expect(known?.status === "UNPAID", JSON.stringify(client.cache.extract()));
  },

  "hears why an operation is refused": async ({ url }) => {
    const reason = await refused(apolloOverEvents(url).query({ query: gql("{ nothing }") }));
    expect(reason.errors?.length === 1, String(reason));
  },

  "watches over graphql-ws": (gateway) => watch(apolloOverWebSocket(gateway.url), gateway),
  "watches over server-sent events": (gateway) => watch(apolloOverEvents(gateway.url), gateway),
  "hears a refusal over graphql-ws": ({ url }) => expectRefusal(apolloOverWebSocket(url), "session_not_found"),
  "hears a refusal over server-sent events": ({ url }) => expectRefusal(apolloOverEvents(url), "session_not_found"),

  "is informed what to use instead of multipart": async ({ url }) => {
    const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    const error = await expectRefusal(client, "invalid_request");
    expect(String(error.message).includes("text/event-stream"), String(error));
  },
};

async function watch(client, gateway) {
  const id = await newSession(gateway);
  const seen = [];
  await new Promise((resolve, reject) => {
    client.subscribe({ query: watchIt, variables: { id } }).subscribe({
      next: ({ data, error }) => {
        if (error) return reject(error);
        seen.push(data.paymentStatus);
        return seen.length === 1 ? gateway.pay(id).catch(reject) : undefined;
      },
      error: reject,
      complete: resolve,
    });
  });
  expectWatchedToTheEnd(seen);
}

async function expectRefusal(client, code) {
  const error = await new Promise((resolve, reject) => {
    client.subscribe({ query: watchIt, variables: { id: UNKNOWN } }).subscribe({
      next: (result) => (result.error ? resolve(result.error) : reject(new Error(JSON.stringify(result)))),
      error: resolve,
      complete: () => reject(new Error("It completed without a word.")),
    });
  });
  expect(codeOf(error) === code, `${error} ${JSON.stringify(error)}`);
  return error;
}
