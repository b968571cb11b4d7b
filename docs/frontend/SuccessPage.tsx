"use client";
// Where the buyer returns to. Returning proves nothing: the page says what the gateway knows, and follows it.

import { useTexts } from "./texts";
import { usePayment } from "./usePayment";

export function SuccessPage({ sessionId }: { sessionId: string | null }) {
  const texts = useTexts();
  const { payment, connection, refusal } = usePayment(sessionId);

  if (refusal || !sessionId) return <main data-status="refused">{refusal?.message ?? texts.whichPayment}</main>;
  if (!payment) return <main data-status="loading">{texts.asking}</main>;
  const { status, isFinal, lastFailure, checkoutUrl } = payment;
  return (
    <main data-status={status} data-final={isFinal} data-version={payment.version}>
      <h1>{texts.titles[status]}</h1>
      <p>
        {payment.price?.name} · {payment.amount.formatted}
      </p>
      {status === "FAILED" && lastFailure && <p role="alert">{lastFailure.message}</p>}
      {checkoutUrl && <a href={checkoutUrl}>{status === "FAILED" ? texts.anotherWay : texts.finishPaying}</a>}
      {isFinal && <a href="/">{texts.backToShop}</a>}
      {!isFinal && <small>{connection === "live" ? texts.updatesItself : texts.reconnecting}</small>}
    </main>
  );
}
