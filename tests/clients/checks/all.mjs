// Every check that runs both in Node and in a browser: client → what it does → how.

import { apollo } from "./apollo.mjs";
import { graphqlSse } from "./graphql_sse.mjs";
import { graphqlWs } from "./graphql_ws.mjs";
import { urql } from "./urql.mjs";

export const CHECKS = { "graphql-ws": graphqlWs, "graphql-sse": graphqlSse, urql, "Apollo Client": apollo };
