// Opens a checkout session and sends the buyer there. However often it is pressed, one purchase is one session.

import { useEffect, useRef, useState } from "react";

import { remedyOf } from "./errors";
import { ask, Refusal } from "./gateway";
import { CreateCheckoutDocument, ReadPaymentDocument } from "./generated";

interface BuyButtonProps {
  priceId: string;
  name: string;
  /** Your order's id, if there is one: while its session is open, it is handed back instead of a second one. */
  orderId?: string;
}

export function BuyButton({ priceId, name, orderId }: BuyButtonProps) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  // One key per intent to buy. It outlives a failed try, so that trying again cannot open a second session.
  const begun = useRef<{ key: string; sessionId?: string } | null>(null);

  // A way back through the browser's history shows this page as it was left: busy.
  useEffect(() => {
    const wake = ({ persisted }: PageTransitionEvent) => persisted && setBusy(false);
    window.addEventListener("pageshow", wake);
    return () => window.removeEventListener("pageshow", wake);
  }, []);

  async function buy() {
    setBusy(true);
    setRefusal(null);
    try {
      if (begun.current?.sessionId && (await isOver(begun.current.sessionId))) begun.current = null;
      begun.current ??= { key: crypto.randomUUID() };
      const { sessionId, url } = await openCheckout(priceId, begun.current.key, orderId);
      begun.current.sessionId = sessionId;
      window.location.assign(url);
    } catch (reason) {
      const refused = reason instanceof Refusal ? reason : new Refusal("unexpected", String(reason));
      if (remedyOf(refused) === "restart") begun.current = null;
      setRefusal(refused);
      setBusy(false);
    }
  }

  return (
    <div>
      <button type="button" onClick={buy} disabled={isBusy}>
        {isBusy ? "One moment…" : `Buy ${name}`}
      </button>
      {refusal && (
        <p role="alert" data-code={refusal.code}>
          {refusal.message} {remedyOf(refusal) === "report" && "Please tell us; trying again will not help."}
        </p>
      )}
    </div>
  );
}

/** Whoever comes back after paying and presses again wants another one. */
async function isOver(sessionId: string): Promise<boolean> {
  const { paymentStatus } = await ask(ReadPaymentDocument, { sessionId });
  return paymentStatus?.isFinal ?? true;
}

async function openCheckout(priceId: string, idempotencyKey: string, clientReferenceId?: string) {
  const home = window.location.origin;
  const { createCheckoutSession: result } = await ask(CreateCheckoutDocument, {
    input: {
      priceId,
      idempotencyKey,
      clientReferenceId,
      // Both must lie on an origin of GATEWAY_ALLOWED_ORIGINS. Stripe fills in the braces.
      successUrl: `${home}/success?session_id={CHECKOUT_SESSION_ID}`,
      cancelUrl: `${home}/`,
    },
  });
  if ("url" in result) return result;
  throw new Refusal(result.code.toLowerCase() as Refusal["code"], result.message);
}
