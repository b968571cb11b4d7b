// The cancel page: the buyer left the checkout. Offers to resume it, or to give it up, and says so when it was paid
// elsewhere meanwhile.

import { ask, pageWords, Refusal, shortened, successAddress, webAddress } from "./graphql.js";
import { forgetSession, latestPurchase, orderOf } from "./purchase.js";
import { watchPayment } from "./watch.js";

const CANCEL = `mutation ($id: ID!) {
  cancelCheckoutSession(sessionId: $id) {
    __typename
    ... on Payment { version status isFinal checkoutUrl amount { formatted } price { name } }
    ... on Refusal { code message }
  }
}`;
const MOVING = { processing: "moving", paid: "paid", no_payment_required: "paid" };

const words = pageWords();
const main = document.querySelector("main");
const part = (id) => document.getElementById(id);

// The checkout does not put the session into the cancel address, so this tab's own memory is the rule.
const sessionId = main.dataset.sessionId || latestPurchase()?.sessionId;
let watching = null;

part("cancel").addEventListener("click", cancel);
window.addEventListener("pageshow", ({ persisted }) => persisted && watch());
window.addEventListener("pagehide", () => watching?.stop());
showOrder();
watch();

function watch() {
  if (!sessionId) return say("none");
  watching?.stop();
  watching = watchPayment({
    sessionId,
    onPayment: show,
    onConnection: (state) => showTrouble(state === "lost" ? words.connection_lost : ""),
    onRefused: ({ code, message }) => (code === "session_not_found" ? say("none") : showTrouble(message)),
  });
  return undefined;
}

function show(payment) {
  const address = webAddress(payment.checkoutUrl);
  const status = payment.status.toLowerCase();
  main.dataset.status = status;
  main.dataset.final = String(payment.isFinal);
  part("bought").hidden = false;
  part("bought-name").textContent = payment.price?.name ?? "";
  part("bought-amount").textContent = payment.amount.formatted;
  part("resume").hidden = part("cancel").hidden = !address;
  if (address) part("resume").href = address;
  const moving = MOVING[status];
  part("see").hidden = !moving;
  part("see").href = successAddress(sessionId);
  if (payment.isFinal) forgetSession(sessionId);
  if (moving) return say(moving);
  if (status === "canceled") return say("canceled");
  return say(address ? "open" : "over");
}

async function cancel() {
  const button = part("cancel");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = words.canceling;
  showTrouble("");
  try {
    const result = (await ask(CANCEL, { id: sessionId })).cancelCheckoutSession;
    if (result.__typename === "Refusal") throw new Refusal(result.code, result.message);
    show(result);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    showTrouble(`${error.message} ${words.again}`);
  }
  button.setAttribute("aria-disabled", "false");
  button.textContent = words.cancel;
}

function showOrder() {
  const order = sessionId && orderOf(sessionId);
  part("reference").hidden = !sessionId;
  part("reference-name").textContent = order ? words.order : words.session;
  part("reference-value").textContent = order || shortened(sessionId ?? "");
}

function say(name) {
  if (name === "none") {
    main.dataset.status = "unknown";
    part("reference").hidden = true;
  }
  document.title = part("status").textContent = words[`title_${name}`];
  part("meaning").textContent = words[`meaning_${name}`];
}

function showTrouble(text) {
  part("trouble").textContent = text;
  part("trouble").hidden = !text;
}
