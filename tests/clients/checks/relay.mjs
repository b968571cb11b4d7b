// Relay's runtime with a network of one fetch and one graphql-ws client, as its documentation sets it up.

import { createClient } from "graphql-ws";
import relay from "relay-runtime";

import paymentMutation from "../build/relay/__generated__/paymentMutation.graphql.ts";
import paymentQuery from "../build/relay/__generated__/paymentQuery.graphql.ts";
import paymentSubscription from "../build/relay/__generated__/paymentSubscription.graphql.ts";
import { expect, expectWatchedToTheEnd, STARTER } from "./gateway.mjs";

const { commitMutation, Environment, fetchQuery, Network, Observable, RecordSource, requestSubscription, Store } = relay;

export const relayRuntime = {
  "buys, reads and watches": async (gateway) => {
    const { environment, dispose } = environmentFor(gateway);
    try {
      const id = await buy(environment);
      const read = await fetchQuery(environment, paymentQuery, { sessionId: id }).toPromise();
      expect(read.paymentStatus.status === "UNPAID", JSON.stringify(read));
      expectWatchedToTheEnd(await watch(environment, id, gateway));
    } finally {
      dispose();
    }
  },
};

function buy(environment) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation: paymentMutation,
      variables: { input: { priceId: STARTER } },
      onCompleted: ({ createCheckoutSession }) => resolve(createCheckoutSession.sessionId),
      onError: reject,
    });
  });
}

async function watch(environment, sessionId, gateway) {
  const seen = [];
  await new Promise((resolve, reject) => {
    requestSubscription(environment, {
      subscription: paymentSubscription,
      variables: { sessionId },
      onNext: ({ paymentStatus }) => {
        seen.push(paymentStatus);
        if (seen.length === 1) gateway.pay(sessionId).catch(reject);
      },
      onCompleted: resolve,
      onError: reject,
    });
  });
  return seen;
}

function environmentFor({ url, socketUrl }) {
  const socket = createClient({ url: socketUrl });
  const ask = async ({ text }, variables) => {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
    return response.json();
  };
  const subscribe = ({ text, name }, variables) =>
    Observable.create((sink) => socket.subscribe({ operationName: name, query: text, variables }, sink));
  const environment = new Environment({ network: Network.create(ask, subscribe), store: new Store(new RecordSource()) });
  return { environment, dispose: () => socket.dispose() };
}
