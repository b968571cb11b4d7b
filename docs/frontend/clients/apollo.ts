// Apollo Client against the gateway: queries and mutations by POST, subscriptions over WebSocket or server-sent events.
// The gateway does not speak Apollo's multipart subscriptions; the link below carries them over events instead.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode, print } from "graphql";
import { createClient as createEventsClient } from "graphql-sse";
import { createClient } from "graphql-ws";

export function apolloOverWebSocket(url: string): ApolloClient {
  return apollo(url, new GraphQLWsLink(createClient({ url: url.replace(/^http/, "ws") })));
}

export function apolloOverEvents(url: string): ApolloClient {
  const events = createEventsClient({ url });
  const link = new ApolloLink(
    ({ query, variables, operationName }) =>
      new Observable((sink) =>
        events.subscribe<Record<string, unknown>>({ query: print(query), variables, operationName }, {
          next: (result) => sink.next(result as ApolloLink.Result),
          error: (reason) => sink.error(reason),
          complete: () => sink.complete(),
        }),
      ),
  );
  return apollo(url, link);
}

function apollo(url: string, subscriptions: ApolloLink): ApolloClient {
  const isSubscription = ({ operationType }: ApolloLink.Operation) => operationType === OperationTypeNode.SUBSCRIPTION;
  return new ApolloClient({
    link: ApolloLink.split(isSubscription, subscriptions, new HttpLink({ uri: url })),
    // A payment is known by its session, so every answer about it lands in one place of the cache.
    cache: new InMemoryCache({ typePolicies: { Payment: { keyFields: ["sessionId"] } } }),
  });
}
