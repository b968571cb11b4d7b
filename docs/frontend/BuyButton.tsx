// Opens a checkout session and sends the buyer there. However often it is pressed, one purchase is one session.

import { useRef, useState } from "react";

import { remedyOf } from "./errors";
import { ask, Refusal } from "./gateway";
import { CreateCheckoutDocument } from "./generated";

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
  const key = useRef<string | null>(null);

  async function buy() {
    setBusy(true);
    setRefusal(null);
    key.current ??= crypto.randomUUID();
    try {
      window.location.assign(await openCheckout(priceId, key.current, orderId));
    } catch (reason) {
      const refused = reason instanceof Refusal ? reason : new Refusal("unexpected", String(reason));
      if (remedyOf(refused) === "restart") key.current = null;
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

async function openCheckout(priceId: string, idempotencyKey: string, clientReferenceId?: string): Promise<string> {
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
  if ("url" in result) return result.url;
  throw new Refusal(result.code.toLowerCase() as Refusal["code"], result.message);
}
