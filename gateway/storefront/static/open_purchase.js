// The shop page's notice about the purchase that this tab has begun. It says only what the gateway says now: the
// purchase may have been paid in another tab, or while this page lay in the browser's history.

import { BASE, successAddress } from "./graphql.js";
import { forgetSession, latestPurchase } from "./purchase.js";
import { watchPayment } from "./watch.js";

const STATES = { unpaid: "open", failed: "open", processing: "moving", paid: "paid", no_payment_required: "paid" };

export function showOpenPurchase(words) {
  const notice = document.getElementById("open-purchase");
  const text = document.getElementById("open-purchase-text");
  const link = document.getElementById("open-purchase-link");
  let watching = null;

  function begin() {
    watching?.stop();
    notice.hidden = true;
    const purchase = latestPurchase();
    if (!purchase) return;
    watching = watchPayment({
      sessionId: purchase.sessionId,
      onPayment: (payment) => show(payment, purchase.sessionId),
      onConnection: () => {},
      onRefused: () => forgetSession(purchase.sessionId),
    });
  }

  function show(payment, sessionId) {
    const status = payment.status.toLowerCase();
    const state = STATES[status] === "open" && payment.isFinal ? null : STATES[status];
    if (payment.isFinal) forgetSession(sessionId);
    notice.hidden = !state;
    if (!state) return;
    text.textContent = words[`notice_${state}`].replace("{name}", () => payment.price?.name ?? payment.amount.formatted);
    link.textContent = state === "open" ? words.notice_open_link : words.notice_see_link;
    link.href = state === "open" ? `${BASE}/cancel` : successAddress(sessionId);
  }

  window.addEventListener("pageshow", ({ persisted }) => persisted && begin());
  window.addEventListener("pagehide", () => watching?.stop());
  begin();
}
