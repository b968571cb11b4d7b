"use client";
// Opens a checkout session and sends the buyer there. However often it is pressed, one purchase is one session.

import { useEffect, useState } from "react";

import { remedyOf } from "./errors";
import { ask, Refusal } from "./gateway";
import { CreateCheckoutDocument, ReadPaymentDocument } from "./generated";
import { begunPurchase, forgetPurchase, keepPurchase } from "./purchase";
import { textsHere, useTexts } from "./texts";

interface BuyButtonProps {
  priceId: string;
  name: string;
  /** Your order's id, if there is one. It is a label for your operators: the gateway recognises a purchase by its key. */
  orderId?: string;
}

export function BuyButton({ priceId, name, orderId }: BuyButtonProps) {
  const texts = useTexts();
  const [isReady, setReady] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  // A page from the server shows the button before its script is there, when a press would be lost. And a way back
  // through the browser's history shows the page as it was left: busy.
  useEffect(() => {
    setReady(true);
    const wake = ({ persisted }: PageTransitionEvent) => persisted && setBusy(false);
    window.addEventListener("pageshow", wake);
    return () => window.removeEventListener("pageshow", wake);
  }, []);

  async function buy() {
    setBusy(true);
    setRefusal(null);
    try {
      window.location.assign(await nextAddress(priceId, orderId));
    } catch (reason) {
      const refused = reason instanceof Refusal ? reason : new Refusal("unexpected", textsHere().unexpected);
      if (remedyOf(refused) === "restart") forgetPurchase(nameOf(priceId, orderId));
      if (refused.sessionId) return window.location.assign(successAddress(refused.sessionId));
      setRefusal(refused);
      setBusy(false);
    }
  }

  return (
    <div>
      <button type="button" onClick={buy} disabled={isBusy || !isReady}>
        {isBusy ? texts.busy : texts.buy(name)}
      </button>
      {refusal && (
        <p role="alert" data-code={refusal.code}>
          {refusal.message} {remedyOf(refusal) === "report" && texts.reportIt}
        </p>
      )}
    </div>
  );
}

/** The key belongs to one request: the same price for the same order. */
function nameOf(priceId: string, orderId?: string): string {
  return `${priceId} ${orderId ?? ""}`;
}

function successAddress(sessionId: string): string {
  return `${window.location.origin}/success?session_id=${sessionId}`;
}

/** Where to send the buyer: to the checkout page, or to the payment whose money is on its way. */
async function nextAddress(priceId: string, orderId?: string): Promise<string> {
  const name = nameOf(priceId, orderId);
  const { sessionId: begun } = begunPurchase(name);
  if (begun) {
    const { paymentStatus } = await ask(ReadPaymentDocument, { sessionId: begun });
    if (paymentStatus?.status === "PROCESSING") return successAddress(begun);
    // Who comes back after paying and presses again wants another one.
    if (paymentStatus?.isFinal ?? true) forgetPurchase(name);
  }
  const purchase = begunPurchase(name);
  const { sessionId, url } = await openCheckout(priceId, purchase.key, orderId);
  keepPurchase(name, { ...purchase, sessionId });
  return url;
}

async function openCheckout(priceId: string, idempotencyKey: string, clientReferenceId?: string) {
  const { createCheckoutSession: result } = await ask(CreateCheckoutDocument, {
    input: {
      priceId,
      idempotencyKey,
      clientReferenceId,
      // Both must lie on an origin of GATEWAY_ALLOWED_ORIGINS. Stripe fills in the braces.
      successUrl: successAddress("{CHECKOUT_SESSION_ID}"),
      cancelUrl: `${window.location.origin}/`,
      locale: navigator.language, // The checkout page speaks the language of this one.
    },
  });
  if ("url" in result) return result;
  throw new Refusal(result.code.toLowerCase() as Refusal["code"], result.message, result.existing);
}
