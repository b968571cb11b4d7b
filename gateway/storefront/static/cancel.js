// The cancel page: nothing was charged, and the session is still open. Offers to resume it, or to give it up.

import { ask, pageWords, Refusal, webAddress } from "./graphql.js";
import { forgetSession, latestSession } from "./purchase.js";

const PAYMENT = "status isFinal checkoutUrl amount { formatted } price { name }";
const READ = `query ($id: ID!) { paymentStatus(sessionId: $id) { ${PAYMENT} } }`;
const CANCEL = `mutation ($id: ID!) {
  cancelCheckoutSession(sessionId: $id) {
    __typename
    ... on Payment { ${PAYMENT} }
    ... on Refusal { code message }
  }
}`;

const words = pageWords();
const main = document.querySelector("main");
const part = (id) => document.getElementById(id);

// The checkout does not put the session into the cancel address, so this tab's own memory is the rule.
const sessionId = main.dataset.sessionId || latestSession();
part("cancel").addEventListener("click", cancel);
if (sessionId) attempt(async () => show((await ask(READ, { id: sessionId })).paymentStatus));
else say("none");

function show(payment) {
  if (!payment) return say("none");
  const address = webAddress(payment.checkoutUrl);
  const status = payment.status.toLowerCase();
  main.dataset.status = status;
  main.dataset.final = String(payment.isFinal);
  part("bought").hidden = false;
  part("bought-name").textContent = payment.price?.name ?? "";
  part("bought-amount").textContent = payment.amount.formatted;
  part("resume").hidden = part("cancel").hidden = !address;
  if (address) part("resume").href = address;
  const moving = ["paid", "processing", "no_payment_required"].includes(status);
  part("see").hidden = !moving;
  part("see").href = `/success?session_id=${encodeURIComponent(sessionId)}`;
  if (payment.isFinal) forgetSession(sessionId);
  if (moving) return say("moving");
  if (status === "canceled") return say("canceled");
  return say(address ? "open" : "over");
}

async function cancel() {
  const button = part("cancel");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = words.canceling;
  await attempt(async () => {
    const result = (await ask(CANCEL, { id: sessionId })).cancelCheckoutSession;
    if (result.__typename === "Refusal") throw new Refusal(result.code, result.message);
    show(result);
  });
  button.setAttribute("aria-disabled", "false");
  button.textContent = words.cancel;
}

function say(name) {
  if (name === "none") main.dataset.status = "unknown";
  part("status").textContent = words[`title_${name}`];
  part("meaning").textContent = words[`meaning_${name}`];
}

async function attempt(work) {
  part("trouble").hidden = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    part("trouble").textContent = `${error.message} ${words.again}`;
    part("trouble").hidden = false;
  }
}
