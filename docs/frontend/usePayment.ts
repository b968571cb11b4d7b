// A payment as React state: what is known of it, how the connection stands, and why there is nothing to show.

import { useEffect, useState } from "react";

import { Refusal } from "./gateway";
import type { PurchaseFragment } from "./generated";
import { type Connection, watchPayment } from "./watch";

export interface PaymentState {
  payment: PurchaseFragment | null;
  connection: Connection;
  refusal: Refusal | null;
}

const NOTHING_YET: PaymentState = { payment: null, connection: "connecting", refusal: null };

export function usePayment(sessionId: string | null): PaymentState {
  const [state, setState] = useState(NOTHING_YET);

  useEffect(() => {
    setState(NOTHING_YET);
    if (!sessionId) return;
    const leaving = new AbortController();
    const change = (changed: Partial<PaymentState>) => {
      if (!leaving.signal.aborted) setState((known) => ({ ...known, ...changed }));
    };
    watchPayment({
      sessionId,
      signal: leaving.signal,
      onPayment: (payment) => change({ payment }),
      onConnection: (connection) => change({ connection }),
    }).catch((reason) => {
      const refusal = reason instanceof Refusal ? reason : new Refusal("unexpected", String(reason));
      change({ refusal, connection: "done" });
    });
    return () => leaving.abort();
  }, [sessionId]);

  return state;
}
