// What /client/v1.d.ts promises, used as a page would. The compiler reads it; nobody runs it.

import { type Connection, createCheckout, type Payment, Refusal, watchPayment } from "../../../gateway/client/v1.js";

export async function buy(priceId: string): Promise<string> {
  const { url, sessionId, reused } = await createCheckout({ priceId, quantity: 2, idempotencyKey: crypto.randomUUID() });
  return reused ? sessionId : url;
}

export async function watch(sessionId: string, signal: AbortSignal): Promise<string> {
  const states: Connection[] = [];
  const shown: Payment[] = [];
  try {
    const { status, lastFailure, amount } = await watchPayment(sessionId, {
      gateway: new URL("https://shop.example/pay"),
      signal,
      transports: ["websocket", "polling"],
      onConnection: (state) => states.push(state),
      onPayment: (payment) => shown.push(payment),
    });
    return status === "PAID" ? amount.formatted : (lastFailure?.message ?? status);
  } catch (reason) {
    if (reason instanceof Refusal) return `${reason.code} ${reason.retryAfterSeconds}`;
    throw reason;
  }
}
