// What a back end in Node calls with: node:http with kept connections, fetch, and undici. Each buys and watches over REST.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";

import { EventSource, request } from "undici";

import { WATCH } from "./checks/gateway.mjs";
import { gateway } from "./gateway.node.mjs";

const ORDER = JSON.stringify({ priceId: "price_1QlYNRHVMy0i1BlJA1y0DxB2" });
const JSON_BODY = { "Content-Type": "application/json" };

const CALLERS = {
  "node:http": overHttp,
  fetch: async (path, { method = "GET", headers, body } = {}) => {
    const response = await fetch(gateway.base + path, { method, headers, body });
    return { tag: response.headers.get("etag"), answer: await response.json() };
  },
  undici: async (path, options) => {
    const { headers, body } = await request(gateway.base + path, options);
    return { tag: headers.etag, answer: await body.json() };
  },
};

for (const [name, call] of Object.entries(CALLERS)) {
  test(`${name} buys and waits for the payment`, async () => {
    const { answer: bought } = await call("/api/create-checkout-session", { method: "POST", headers: JSON_BODY, body: ORDER });
    assert.deepEqual(Object.keys(bought).sort(), ["sessionId", "url"]);
    const path = `/api/check-payment-status/${bought.sessionId}`;
    const { tag, answer } = await call(path);
    assert.deepEqual(answer, { status: "unpaid" });
    const waiting = call(path, { headers: { Prefer: "wait=20", "If-None-Match": tag } });
    await gateway.pay(bought.sessionId);
    assert.deepEqual((await waiting).answer, { status: "paid" });
  });
}

test("undici's EventSource watches to the end", async () => {
  const { answer: bought } = await CALLERS.undici("/api/create-checkout-session", { method: "POST", headers: JSON_BODY, body: ORDER });
  const variables = JSON.stringify({ id: bought.sessionId });
  const source = new EventSource(`${gateway.url}?${new URLSearchParams({ query: WATCH, variables })}`);
  const seen = [];
  await new Promise((resolve) => {
    source.addEventListener("next", ({ data }) => {
      seen.push(JSON.parse(data).data.paymentStatus.status);
      if (seen.length === 1) gateway.pay(bought.sessionId);
    });
    source.addEventListener("complete", resolve);
  });
  source.close();
  assert.deepEqual([seen[0], seen.at(-1)], ["UNPAID", "PAID"]);
});

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
test.after(() => agent.destroy());

function overHttp(path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(gateway.base + path, { method, headers, agent }, async (response) => {
      const text = (await response.toArray()).join("");
      resolve({ tag: response.headers.etag, answer: JSON.parse(text) });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
