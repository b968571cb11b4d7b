// urql against the gateway: queries and mutations by POST, subscriptions over WebSocket or server-sent events.

import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";

export function urqlOverWebSocket(url: string): Client {
  const socket = createClient({ url: url.replace(/^http/, "ws") });
  const forward = subscriptionExchange({
    forwardSubscription: ({ query, variables, operationName }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query: query ?? "", variables: variables as Record<string, unknown>, operationName }, sink),
      }),
    }),
  });
  return new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange, forward] });
}

export function urqlOverEvents(url: string): Client {
  return new Client({
    url,
    preferGetMethod: false,
    fetchSubscriptions: true,
    exchanges: [cacheExchange, fetchExchange],
  });
}
