// The running pair of the test that started us, and the WebSocket and EventSource that Node 20 does not have yet.

import { EventSource } from "eventsource";
import { WebSocket } from "ws";

const base = demand("GATEWAY_URL");
const sandbox = demand("SANDBOX_URL");

globalThis.WebSocket ??= WebSocket;
globalThis.EventSource ??= EventSource;

export const gateway = {
  base,
  url: `${base}/graphql`,
  socketUrl: `${base.replace(/^http/, "ws")}/graphql`,
  /** What the buyer does on the checkout page, as one call to the pretend Stripe. */
  pay: async (sessionId) => {
    const response = await fetch(`${sandbox}/v1/payment_pages/${sessionId}/confirm`, {
      method: "POST",
      headers: { Authorization: "Bearer sk_test_sandbox" },
      body: new URLSearchParams({ payment_method: "pm_card_visa" }),
    });
    if (!response.ok) throw new Error(await response.text());
  },
};

function demand(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these by pytest tests/acceptance/clients`);
  return value;
}
