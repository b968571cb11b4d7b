// The gateway's GraphQL, as the operator whose key was typed in. The key lives in this module's memory and nowhere else.

import { BASE, LANGUAGE, say } from "./words.js";

let key = null;

export const ENDPOINT = `${BASE}/graphql`;

/** Something to show: `kind` is `key`, `away` or `refused`. */
export class Problem extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export function forgetKey() {
  key = null;
}

export function heldKey() {
  return key;
}

/** Throws a `key` Problem where the gateway does not know it. */
export async function signIn(typed) {
  key = typed;
  try {
    await ask("query Console { reconciliations(first: 1) { pageInfo { hasNextPage } } }");
  } catch (problem) {
    key = null;
    throw problem.kind === "key" ? new Problem("key", say("wrong_key")) : problem;
  }
}

/** The operation's `data`. */
export async function ask(query, variables = {}, { signal } = {}) {
  const answer = await post(JSON.stringify({ query, variables }), signal);
  const [error] = answer.errors ?? [];
  if (!error) return answer.data;
  throw new Problem(error.extensions?.code === "unauthenticated" ? "key" : "refused", error.message);
}

/** A mutation with one field: what it gives, or a Problem with the refusal's own sentence. */
export async function act(query, variables) {
  const [result] = Object.values(await ask(query, variables));
  if (result?.__typename === "Refusal") throw new Problem("refused", result.message);
  return result;
}

async function post(body, signal) {
  const headers = { "Content-Type": "application/json", "Accept-Language": LANGUAGE };
  if (key) headers.Authorization = `Bearer ${encodeURI(key)}`;
  try {
    const response = await fetch(ENDPOINT, { method: "POST", headers, body, signal, credentials: "omit" });
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("away", say("unreachable"));
  }
}
