// The success page: what the gateway knows of the payment, and its history as it happened.

import { ask, BASE, pageWords, webAddress } from "./graphql.js";
import { forgetSession, orderOf } from "./purchase.js";
import { showTimeline } from "./timeline.js";
import { awaitsShop, PAYMENT, watchPayment } from "./watch.js";

const READ = `query ($id: ID!) { paymentStatus(sessionId: $id) { ${PAYMENT} } }`;
const PLAYGROUND = `# This payment, now and as it changes.
subscription Watch($sessionId: ID!) {
  paymentStatus(sessionId: $sessionId) {
    status
    isFinal
    version
    amount { formatted }
    lastFailure { message advice }
    history { to cause at occurredAt }
  }
}
`;
// So long nothing is said of a shop's system that has not answered.
const PATIENCE_MS = 5_000;
const SHOWN_AS = { websocket: "live", sse: "live" };

const words = pageWords();
const main = document.querySelector("main");
const part = (id) => document.getElementById(id);
const sessionId = main.dataset.sessionId;
let watching = null;
let impatience = 0;

if (sessionId) {
  showOrder();
  linkPlayground();
  watch();
  part("try-now").addEventListener("click", () => watching?.tryNow());
  window.addEventListener("pageshow", ({ persisted }) => persisted && watch());
  window.addEventListener("pagehide", () => watching?.stop());
  document.addEventListener("visibilitychange", recheck);
} else {
  showUnknown();
}

function watch() {
  watching?.stop();
  watching = watchPayment({ sessionId, onPayment: show, onConnection: showConnection, onRefused: showRefusal });
}

/** After the final status nothing is watched any more; a refund may still come, and shows when the buyer looks. */
async function recheck() {
  if (document.visibilityState !== "visible" || main.dataset.final !== "true") return;
  const data = await ask(READ, { id: sessionId }).catch(() => null);
  if (data?.paymentStatus) show(data.paymentStatus);
}

function show(payment) {
  const status = payment.status.toLowerCase();
  main.dataset.status = status;
  main.dataset.final = String(payment.isFinal);
  main.dataset.version = String(payment.version);
  const said = isRefunded(payment) ? "refunded" : status === "failed" && payment.isFinal ? "failed_final" : status;
  say(said, words[`meaning_${said}`]);
  showBought(payment);
  showFulfilment(said, payment);
  showFailure(status === "failed" ? payment.lastFailure : null);
  showPapers(payment);
  showAfterwards(payment);
  showActions(status, payment);
  showTimeline(part("timeline"), payment, words);
  if (payment.isFinal) forgetSession(payment.sessionId);
}

/** All of it went back: what is said about a paid order would be wrong. */
function isRefunded({ paidAmount, refundedAmount }) {
  return refundedAmount.amountMinor > 0 && refundedAmount.amountMinor >= paidAmount.amountMinor;
}

function say(name, meaning) {
  // The title too: a buyer who waits in another tab sees it change.
  document.title = part("status").textContent = words[`title_${name}`];
  part("meaning").textContent = meaning;
  part("waits").textContent = words[`waits_${name}`];
}

/** Whether the shop's own system has the order: it is on its way only then. */
function showFulfilment(said, payment) {
  clearTimeout(impatience);
  const known = said === "refunded" ? null : payment.fulfilment;
  const state = known && (known.state !== "PENDING" || awaitsShop(payment)) ? known.state.toLowerCase() : null;
  main.dataset.fulfilment = state ?? "";
  if (!state) return;
  part("meaning").textContent = words[`fulfilment_${state}`];
  part("waits").textContent = words[`waits_fulfilment_${state}`];
  if (state !== "pending") return;
  impatience = setTimeout(() => {
    main.dataset.fulfilment = "unreached";
    part("waits").textContent = words.waits_fulfilment_unreached;
  }, PATIENCE_MS);
}

function showPapers({ receiptUrl, invoiceUrl }) {
  for (const [name, url] of [["receipt", receiptUrl], ["invoice", invoiceUrl]]) {
    const address = webAddress(url);
    part(name).hidden = !address;
    if (address) part(name).href = address;
  }
}

function showOrder() {
  const order = orderOf(sessionId);
  if (!order) return;
  part("reference-name").textContent = words.order;
  part("reference-value").textContent = order;
}

function showBought({ price, amount }) {
  part("bought").hidden = false;
  part("bought-name").textContent = price?.name ?? "";
  part("bought-amount").textContent = amount.formatted;
}

function showFailure(failure) {
  part("failure").hidden = !failure;
  if (failure) part("failure-message").textContent = failure.message;
}

function showAfterwards({ refundedAmount, disputed }) {
  const said = [];
  if (refundedAmount.amountMinor > 0) said.push(words.refunded.replace("{amount}", () => refundedAmount.formatted));
  if (disputed) said.push(words.disputed);
  part("afterwards").hidden = said.length === 0;
  part("afterwards").textContent = said.join(" ");
}

function showActions(status, { checkoutUrl }) {
  const address = webAddress(checkoutUrl);
  const pay = part("pay");
  pay.hidden = !address;
  if (address) pay.href = address;
  pay.textContent = status === "failed" ? words.try_another : words.finish;
}

function showConnection(state) {
  const shown = SHOWN_AS[state] ?? state;
  part("connection").dataset.connection = state;
  part("connection").textContent = words[`connection_${shown}`];
  part("try-now").hidden = shown !== "lost";
}

/** Behind `#`, so that no server and no log sees which payment it is. */
function linkPlayground() {
  const link = part("in-playground");
  if (!link) return;
  const filled = new URLSearchParams({ query: PLAYGROUND, variables: JSON.stringify({ sessionId }, null, 2) });
  link.href = `${BASE}/graphql#${filled}`;
}

function showRefusal({ code, message }) {
  if (code === "session_not_found") return showUnknown();
  main.dataset.status = "refused";
  return say("refused", message);
}

function showUnknown() {
  main.dataset.status = "unknown";
  showConnection("refused");
  part("reference").hidden = true;
  part("story").hidden = true;
  say("unknown", words.meaning_unknown);
}
