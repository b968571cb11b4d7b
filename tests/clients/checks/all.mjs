// Every check that runs both in Node and in a browser: client → what it does → how.

import { apollo } from "./apollo.mjs";
import { clientModule } from "./client_module.mjs";
import { eventSource } from "./event_source.mjs";
import { graphqlSse } from "./graphql_sse.mjs";
import { graphqlWs } from "./graphql_ws.mjs";
import { persistedQueries } from "./persisted.mjs";
import { relayRuntime } from "./relay.mjs";
import { urql } from "./urql.mjs";

export const CHECKS = {
  "graphql-ws": graphqlWs,
  "graphql-sse": graphqlSse,
  urql,
  "Apollo Client": apollo,
  Relay: relayRuntime,
  EventSource: eventSource,
  "persisted queries:": persistedQueries,
  "the browser module": clientModule,
};
