// Where the buyer returns to. Returning proves nothing: the page says what the gateway knows, and follows it.

import type { PaymentStatus } from "./generated";
import { usePayment } from "./usePayment";

const TITLES: Record<PaymentStatus, string> = {
  PAID: "Payment received",
  NO_PAYMENT_REQUIRED: "Nothing to pay",
  PROCESSING: "Payment under way",
  UNPAID: "Not paid yet",
  FAILED: "Payment failed",
  EXPIRED: "The checkout page has closed",
  CANCELED: "Payment canceled",
};

export function SuccessPage({ sessionId }: { sessionId: string | null }) {
  const { payment, connection, refusal } = usePayment(sessionId);

  if (refusal || !sessionId) return <main data-status="refused">{refusal?.message ?? "Which payment?"}</main>;
  if (!payment) return <main data-status="loading">Asking for your payment…</main>;
  const { status, isFinal, lastFailure, checkoutUrl } = payment;
  return (
    <main data-status={status} data-final={isFinal} data-version={payment.version}>
      <h1>{TITLES[status]}</h1>
      <p>
        {payment.price?.name} · {payment.amount.formatted}
      </p>
      {status === "FAILED" && lastFailure && <p role="alert">{lastFailure.message}</p>}
      {checkoutUrl && <a href={checkoutUrl}>{status === "FAILED" ? "Try another way" : "Finish paying"}</a>}
      {isFinal && <a href="/">Back to the shop</a>}
      {!isFinal && <small>{connection === "live" ? "This page updates by itself." : "Connecting again…"}</small>}
    </main>
  );
}
