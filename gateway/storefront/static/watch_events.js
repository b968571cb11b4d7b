// One GraphQL subscription over server-sent events, in the "distinct connections" mode of the graphql-sse protocol:
// a plain GET that a proxy takes for a slow download. It reports its end; it does not reconnect.

import { LANGUAGE } from "./graphql.js";

/** Returns a function that closes it. After that, and after `on.lost`, nothing more is reported. */
export function overEvents(endpoint, { query, variables }, on) {
  const address = new URL(endpoint, window.location.href);
  address.searchParams.set("lang", LANGUAGE);
  address.searchParams.set("query", query);
  address.searchParams.set("variables", JSON.stringify(variables));
  const source = new EventSource(address);
  let cameUp = false;

  function lost() {
    source.close();
    on.lost({ cameUp, transport: "sse" });
  }

  source.onopen = () => {
    cameUp = true;
    on.live("sse");
  };
  source.addEventListener("next", ({ data }) => on.next(JSON.parse(data)));
  // Complete after a final status finds us closed already; before one, the server is going away.
  source.addEventListener("complete", lost);
  // EventSource would reconnect by itself, but from the start: we close, and come back after the last version seen.
  source.onerror = lost;
  return () => source.close();
}
