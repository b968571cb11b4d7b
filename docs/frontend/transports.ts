// Three ways to hear of a change, from the best one to the one that nothing blocks: a WebSocket, server-sent events,
// and a long poll over REST. Each is one connection's worth: it ends by resolving, or by throwing what went wrong.

import { createClient } from "graphql-ws";

import { GATEWAY_URL } from "./config";
import { ask, Refusal, refusalOf } from "./gateway";
import {
  type PurchaseFragment,
  ReadPaymentDocument,
  WatchPaymentDocument,
  type WatchPaymentSubscription,
} from "./generated";
import { textsHere } from "./texts";

export interface Attempt {
  sessionId: string;
  sinceVersion: number | null;
  signal: AbortSignal;
  onLive: () => void;
  onNext: (payment: PurchaseFragment) => void;
  /** The final status has been seen: there is nothing more to ask for. */
  isOver: () => boolean;
}

export type Transport = (attempt: Attempt) => Promise<void>;

const PING_EVERY_MS = 20_000;
const ANSWER_MS = 10_000;
const POLL_SECONDS = 25;
const query = WatchPaymentDocument.toString();

export async function overSocket({ sessionId, sinceVersion, signal, onLive, onNext }: Attempt): Promise<void> {
  let overdue: ReturnType<typeof setTimeout>;
  const client = createClient({
    url: `${GATEWAY_URL.replace(/^http/, "ws")}/graphql`,
    // Its own retries would repeat the first `sinceVersion`; the caller knows the latest.
    retryAttempts: 0,
    connectionAckWaitTimeout: ANSWER_MS,
    keepAlive: PING_EVERY_MS,
    on: {
      connected: onLive,
      // A peer that vanished closes nothing: only a missing pong shows it.
      ping: (received) => {
        if (!received) overdue = setTimeout(() => client.terminate(), ANSWER_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  const stop = () => void client.dispose();
  signal.addEventListener("abort", stop);
  try {
    const variables = { sessionId, sinceVersion };
    for await (const { data, errors } of client.iterate<WatchPaymentSubscription>({ query, variables })) {
      if (errors?.length) throw refusalOf(errors[0]);
      if (data) onNext(data.paymentStatus);
    }
  } catch (reason) {
    // The protocol's `error` message: the subscription was refused before it began.
    throw Array.isArray(reason) ? refusalOf(reason[0]) : reason;
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

export function overEvents({ sessionId, sinceVersion, signal, onLive, onNext }: Attempt): Promise<void> {
  const variables = JSON.stringify({ sessionId, sinceVersion });
  const source = new EventSource(`${GATEWAY_URL}/graphql?${new URLSearchParams({ query, variables })}`);
  const heard = new Promise<void>((resolve, reject) => {
    source.onopen = onLive;
    source.onerror = () => reject(new Error("the event stream ended"));
    source.addEventListener("next", ({ data: text }) => {
      const { data, errors } = JSON.parse(text);
      if (errors?.length) reject(refusalOf(errors[0]));
      else onNext(data.paymentStatus);
    });
    source.addEventListener("complete", () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  // By itself it would connect again, with the same `sinceVersion`.
  return heard.finally(() => source.close());
}

export async function overLongPoll({ sessionId, signal, onLive, onNext, isOver }: Attempt): Promise<void> {
  let tag = "";
  while (!signal.aborted) {
    const { paymentStatus } = await ask(ReadPaymentDocument, { sessionId });
    if (!paymentStatus) throw new Refusal("session_not_found", textsHere().whichPayment);
    onLive();
    onNext(paymentStatus);
    if (isOver()) return;
    // Answers when the status differs from the one of the tag, at the latest after POLL_SECONDS.
    const response = await fetch(`${GATEWAY_URL}/api/check-payment-status/${sessionId}`, {
      headers: { Prefer: `wait=${POLL_SECONDS}`, ...(tag && { "If-None-Match": tag }) },
      cache: "no-store",
      signal,
    });
    if (!response.ok && response.status !== 304) throw new Error(`the gateway answered ${response.status}`);
    tag = response.headers.get("ETag") ?? "";
  }
}
