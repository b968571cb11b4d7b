// Where the gateway is. Vite and Next each hand a page its settings in a way of their own; this file knows both.

interface ViteMeta {
  env?: { VITE_GATEWAY_URL?: string };
}
declare const process: { env: { NEXT_PUBLIC_GATEWAY_URL?: string } } | undefined;

// The names are written out in full: both tools replace exactly this text when they build.
const fromVite = (import.meta as ViteMeta).env?.VITE_GATEWAY_URL;
const fromNext = typeof process === "undefined" ? undefined : process.env.NEXT_PUBLIC_GATEWAY_URL;

/** The gateway's address, without a slash at the end. It may have a path. */
export const GATEWAY_URL = (fromVite || fromNext || "http://localhost:3002").replace(/\/+$/, "");
