// Watch one payment until its final status. A lost connection is taken up again after the last version seen, so
// nothing is missed and nothing is shown twice.

import { createClient } from "graphql-ws";

import { remedyOf } from "./errors";
import { GATEWAY_URL, Refusal, refusalOf } from "./gateway";
import { type PurchaseFragment, WatchPaymentDocument, type WatchPaymentSubscription } from "./generated";

export type Connection = "connecting" | "live" | "lost" | "done";

export interface Watch {
  sessionId: string;
  signal: AbortSignal;
  onPayment: (payment: PurchaseFragment) => void;
  onConnection: (connection: Connection) => void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
const PING_EVERY_MS = 20_000;
const ANSWER_MS = 10_000;

/** Resolves after the final status or when `signal` ends it. Throws the Refusal that no waiting would heal. */
export async function watchPayment({ sessionId, signal, onPayment, onConnection }: Watch): Promise<void> {
  let sinceVersion: number | null = null;
  let failures = 0;
  while (!signal.aborted) {
    onConnection("connecting");
    try {
      for await (const payment of changes(sessionId, sinceVersion, signal, () => onConnection("live"))) {
        failures = 0;
        sinceVersion = payment.version;
        onPayment(payment);
        if (payment.isFinal) return onConnection("done");
      }
    } catch (reason) {
      // Anything but a Refusal is the connection's end: a close code, a failed handshake.
      if (reason instanceof Refusal && remedyOf(reason) !== "wait") throw reason;
    }
    if (signal.aborted) return;
    onConnection("lost");
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++);
    // Jitter: a restart of the gateway must not bring every watcher back in the same instant.
    await pause(ceiling * (0.5 + Math.random() / 2), signal);
  }
}

/** One connection's worth of changes. */
async function* changes(
  sessionId: string,
  sinceVersion: number | null,
  signal: AbortSignal,
  onLive: () => void,
): AsyncGenerator<PurchaseFragment> {
  let overdue: ReturnType<typeof setTimeout>;
  const client = createClient({
    url: `${GATEWAY_URL.replace(/^http/, "ws")}/graphql`,
    // Its own retries would repeat the first `sinceVersion`; the loop above knows the latest.
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
    const query = WatchPaymentDocument.toString();
    for await (const { data, errors } of client.iterate<WatchPaymentSubscription>({ query, variables })) {
      if (errors?.length) throw refusalOf(errors[0]);
      if (data) yield data.paymentStatus;
    }
  } catch (reason) {
    // The protocol's `error` message: the subscription was refused before it began.
    throw Array.isArray(reason) ? refusalOf(reason[0]) : reason;
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
