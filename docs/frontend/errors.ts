// What a page does about each refusal. The compiler holds the table complete: a new code is a type error here.

import type { Code, Refusal } from "./gateway";

/**
 * `wait`: the same again in a moment. `restart`: begin anew. `show`: the purchase has a payment already, show that one.
 * `report`: the shop has to change something, the buyer can do nothing.
 */
export type Remedy = "wait" | "restart" | "show" | "report";

const REMEDIES: Record<Code, Remedy> = {
  unreachable: "wait",
  rate_limit_exceeded: "wait",
  stripe_unavailable: "wait",
  service_unavailable: "wait",
  request_timeout: "wait",
  internal_error: "wait",
  session_not_found: "restart",
  idempotency_conflict: "restart",
  already_paid: "show",
  payment_in_progress: "show",
  invalid_price_id: "report",
  price_not_found: "report",
  currency_not_supported: "report",
  amount_too_small: "report",
  amount_too_large: "report",
  redirect_not_allowed: "report",
  invalid_request: "report",
  checkout_refused: "report",
  not_refundable: "report",
  refund_too_large: "report",
  unauthenticated: "report",
  not_found: "report",
  method_not_allowed: "report",
  payload_too_large: "report",
  unsupported_media_type: "report",
  unexpected: "report",
};

/** A code of a later gateway is unknown to this page: it counts as one to report. */
export function remedyOf({ code }: Refusal): Remedy {
  return REMEDIES[code] ?? "report";
}
