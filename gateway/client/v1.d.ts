/** Types of /client/v1.js. */

export type PaymentStatus =
  | "PAID"
  | "UNPAID"
  | "PROCESSING"
  | "EXPIRED"
  | "FAILED"
  | "CANCELED"
  | "NO_PAYMENT_REQUIRED";

export interface Money {
  /** In the currency's minor units: cents, yen. */
  amountMinor: number;
  currency: string;
  formatted: string;
}

export interface PaymentFailure {
  /** A sentence for the buyer, in their browser's language. */
  message: string;
  advice: "RETRY" | "OTHER_METHOD" | "CONTACT_ISSUER";
  /** ISO 8601. */
  at: string;
}

export interface Payment {
  sessionId: string;
  status: PaymentStatus;
  /** Nothing will change any more, except by refunds and disputes. */
  isFinal: boolean;
  /** Grows with every change. */
  version: number;
  disputed: boolean;
  /** While it can still be paid. */
  checkoutUrl: string | null;
  amount: Money;
  refundedAmount: Money;
  price: { id: string; name: string } | null;
  lastFailure: PaymentFailure | null;
}

export interface CheckoutInput {
  priceId: string;
  quantity?: number;
  /** Your order's id: a label for your operators. */
  clientReferenceId?: string;
  customerEmail?: string;
  currency?: string;
  /** On an allowed origin; `{CHECKOUT_SESSION_ID}` becomes the session's id. */
  successUrl?: string;
  cancelUrl?: string;
  /** A language tag for the checkout page. */
  locale?: string;
  /** One per purchase, at least 22 characters that nobody can guess: `crypto.randomUUID()`. */
  idempotencyKey?: string;
}

export interface CheckoutSession {
  sessionId: string;
  /** Send the buyer there. */
  url: string;
  /** ISO 8601. */
  expiresAt: string;
  /** An open session of an earlier, equal request was handed back. */
  reused: boolean;
}

export interface Where {
  /** The gateway's address, its path included. Left out: the one that served this module. */
  gateway?: string | URL;
  signal?: AbortSignal;
}

export type Transport = "websocket" | "events" | "polling";

/** A transport's name: live by it. `lost`: it is taken up again by itself. */
export type Connection = "connecting" | Transport | "lost" | "done";

export interface WatchOptions extends Where {
  /** The payment as it is now, then every change. */
  onPayment?: (payment: Payment) => void;
  onConnection?: (connection: Connection) => void;
  /** In the order they are tried. */
  transports?: readonly Transport[];
}

/** What the gateway refuses. `code` is one of the contract's, in lower case, or `unexpected`. */
export class Refusal extends Error {
  readonly code: string;
  /** With `already_paid` and `payment_in_progress`: the session that the purchase has already. */
  readonly sessionId: string | null;
  readonly retryAfterSeconds: number;
  constructor(code: string, message: string, more?: { sessionId?: string | null; retryAfterSeconds?: number });
}

export function createCheckout(input: CheckoutInput, where?: Where): Promise<CheckoutSession>;

/** Resolves with the payment in its final status; throws a Refusal that no waiting would heal, or the signal's reason. */
export function watchPayment(sessionId: string, options?: WatchOptions): Promise<Payment>;
