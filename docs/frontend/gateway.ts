// One request to the gateway. It either gives the data or throws a Refusal; it never retries by itself.

import { GATEWAY_URL } from "./config";
import type { RefusalCode, TypedDocumentString } from "./generated";
import { textsHere } from "./texts";

/** The gateway's codes as `extensions.code` has them, and what only a browser can know. */
export type Code = Lowercase<RefusalCode> | "unreachable" | "unexpected";

const TIMEOUT_MS = 30_000;

/** Why nothing happened. `message` is a sentence for the buyer, in their browser's language. */
export class Refusal extends Error {
  constructor(
    readonly code: Code,
    message: string,
    /** With `already_paid` and `payment_in_progress`: the session that the purchase has already. */
    readonly sessionId: string | null = null,
  ) {
    super(message);
  }
}

interface AnsweredError {
  message: string;
  extensions?: Record<string, unknown>;
}

export function refusalOf({ message, extensions }: AnsweredError): Refusal {
  return new Refusal((extensions?.code as Code | undefined) ?? "unexpected", message);
}

export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  let response: Response;
  try {
    response = await fetch(`${GATEWAY_URL}/graphql`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json",
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Refusal("unreachable", textsHere().unreachable);
  }
  const answer = await response.json().catch(() => ({}));
  if (answer.errors?.length) throw refusalOf(answer.errors[0]);
  if (!answer.data) throw new Refusal("unexpected", textsHere().unexpected);
  return answer.data;
}
