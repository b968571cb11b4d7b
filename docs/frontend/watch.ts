// Watch one payment until its final status. A lost connection is taken up again after the last version seen, so
// nothing is missed and nothing is shown twice.

import { remedyOf } from "./errors";
import { Refusal } from "./gateway";
import type { PurchaseFragment } from "./generated";
import { overEvents, overLongPoll, overSocket, type Transport } from "./transports";

export type Connection = "connecting" | "live" | "lost" | "done";

export interface Watch {
  sessionId: string;
  signal: AbortSignal;
  onPayment: (payment: PurchaseFragment) => void;
  onConnection: (connection: Connection) => void;
}

const TRANSPORTS: Transport[] = [overSocket, overEvents, overLongPoll];
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;

/** Resolves after the final status or when `signal` ends it. Throws the Refusal that time does not change. */
export async function watchPayment({ sessionId, signal, onPayment, onConnection }: Watch): Promise<void> {
  let known: PurchaseFragment | null = null;
  let transport = 0;
  let failures = 0;
  const onNext = (payment: PurchaseFragment) => {
    if (known && payment.version <= known.version) return;
    known = payment;
    failures = 0;
    onPayment(payment);
  };
  const isOver = () => known?.isFinal ?? false;

  while (!signal.aborted) {
    onConnection("connecting");
    let hasLived = false;
    const onLive = () => {
      hasLived = true;
      onConnection("live");
    };
    try {
      await TRANSPORTS[transport]({ sessionId, sinceVersion: versionOf(known), signal, onLive, onNext, isOver });
    } catch (reason) {
      // Anything but a Refusal is the connection's end: a close code, a failed handshake.
      if (reason instanceof Refusal && remedyOf(reason) !== "wait") throw reason;
    }
    if (isOver()) return onConnection("done");
    if (signal.aborted) return;
    onConnection("lost");
    // What never came up may be blocked on the way here: try the next, and after the last the first again.
    if (!hasLived) transport = (transport + 1) % TRANSPORTS.length;
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures++);
    // Jitter: a restart of the gateway must not bring every watcher back in the same instant.
    await pause(ceiling * (0.5 + Math.random() / 2), signal);
  }
}

function versionOf(payment: PurchaseFragment | null): number | null {
  return payment?.version ?? null;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
