// What this tab is buying, kept in sessionStorage so that a double click, a reload or a way back through the
// browser's history finds the same request with the same idempotency key, and with it the same checkout session.

const STORE = "storefront.purchases";
// The gateway remembers a key for 24 hours. We stop a little earlier, so that a key is never reused as a new one.
const KEY_LIFE_MS = 23 * 60 * 60 * 1000;
const ORDERS = "storefront.orders";
const ORDERS_KEPT = 50;
// Without letters and digits that are mistaken for each other when somebody reads them out.
const ORDER_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** This intent to buy: the one already begun, or a new one. Everything in it belongs to one request. */
export function purchaseOf(priceId, language) {
  const purchases = read();
  const begun = purchases[priceId];
  if (begun && Date.now() - begun.at < KEY_LIFE_MS) return begun;
  purchases[priceId] = { key: newKey(), order: newOrder(), language, at: Date.now(), sessionId: null };
  write(purchases);
  return purchases[priceId];
}

export function rememberSession(priceId, sessionId) {
  const purchases = read();
  if (!purchases[priceId]) return;
  Object.assign(purchases[priceId], { sessionId, at: Date.now() });
  write(purchases);
  rememberOrder(sessionId, purchases[priceId].order);
}

/** The order reference this browser gave the session, or null: a tab of another device knows none. */
export function orderOf(sessionId) {
  return orders().find(([id]) => id === sessionId)?.[1] ?? null;
}

/** The purchase this tab began last, if it has a session, or null. */
export function latestPurchase() {
  const begun = Object.values(read()).filter((purchase) => purchase.sessionId);
  begun.sort((a, b) => b.at - a.at);
  return begun[0] ?? null;
}

/** The intent is fulfilled or given up: the next click on Buy is a purchase of its own. */
export function forgetSession(sessionId) {
  write(Object.fromEntries(Object.entries(read()).filter(([, purchase]) => purchase.sessionId !== sessionId)));
}

export function forgetPrice(priceId) {
  const purchases = read();
  delete purchases[priceId];
  write(purchases);
}

// Where storage is forbidden the page still works; only the memory ends with it.
let memory = "{}";

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? memory);
  } catch {
    return JSON.parse(memory);
  }
}

function write(purchases) {
  memory = JSON.stringify(purchases);
  try {
    sessionStorage.setItem(STORE, memory);
  } catch {
    // Kept in `memory` above.
  }
}

function rememberOrder(sessionId, order) {
  const others = orders().filter(([id]) => id !== sessionId);
  try {
    localStorage.setItem(ORDERS, JSON.stringify([[sessionId, order], ...others].slice(0, ORDERS_KEPT)));
  } catch {
    // The page then shows the session's own id.
  }
}

function orders() {
  try {
    return JSON.parse(localStorage.getItem(ORDERS) ?? "[]");
  } catch {
    return [];
  }
}

/** What a buyer reads out to the shop, like `7KQF-9XRM`. It is a label: nothing is found or opened by it. */
function newOrder() {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => ORDER_LETTERS[byte % 32]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Browsers hide randomUUID from plain http pages other than localhost, such as a phone on the same network.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
