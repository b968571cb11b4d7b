// The Buy buttons: create a checkout session, remember it, send the browser to it.

import { ask, CHOSEN, LANGUAGE, pageWords, Refusal, spoken, successAddress, webAddress } from "./graphql.js";
import { showOpenPurchase } from "./open_purchase.js";
import { forgetPrice, purchaseOf, rememberSession } from "./purchase.js";

const CREATE = `mutation ($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) {
    __typename
    ... on CheckoutSession { sessionId url payment { status isFinal } }
    ... on Refusal { code message existing: sessionId }
  }
}`;
const CANCEL = `mutation ($id: ID!) {
  cancelCheckoutSession(sessionId: $id) {
    __typename
    ... on Payment { status }
    ... on Refusal { code message }
  }
}`;

const REMEDIES = {
  invalid_price_id: "remedy_choose",
  price_not_found: "remedy_choose",
  currency_not_supported: "remedy_tell",
  amount_too_small: "remedy_tell",
  amount_too_large: "remedy_tell",
  redirect_not_allowed: "remedy_tell",
  checkout_refused: "remedy_tell",
  unreachable: "remedy_again",
};
// What these say is for whoever set the shop up.
const TECHNICAL = ["invalid_price_id", "invalid_request", "redirect_not_allowed"];
const BOUGHT = ["PAID", "PROCESSING", "NO_PAYMENT_REQUIRED"];

const words = pageWords();
const announce = document.getElementById("announce");
const { successUrl, cancelUrl } = document.querySelector("main").dataset;

for (const card of document.querySelectorAll("[data-price-id]")) {
  const button = card.querySelector("button");
  button.addEventListener("click", () => buy(card));
  // Disabled in the page's text: a click before this line would be lost without a word.
  button.disabled = false;
}
// A page that comes back from the browser's history keeps its busy buttons: set them free again.
window.addEventListener("pageshow", () => {
  for (const card of document.querySelectorAll("[data-busy]")) setBusy(card, false);
});
showOpenPurchase(words);

async function buy(card) {
  if (card.dataset.busy) return;
  setBusy(card, true);
  showTrouble(card, "");
  try {
    window.location.assign(await checkoutAddress(card.dataset.priceId));
    // The button stays busy until the checkout page has replaced this one.
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const said = TECHNICAL.includes(error.code) ? words.not_opened : error.message;
    showTrouble(card, `${said} ${words[REMEDIES[error.code] ?? "remedy_wait"]}`);
    setBusy(card, false);
  }
}

/** Where the browser should go now to buy this price. */
async function checkoutAddress(priceId) {
  const begun = purchaseOf(priceId, LANGUAGE);
  if (begun.language !== LANGUAGE) {
    const bought = await closeOther(priceId, begun);
    if (bought) return bought;
  }
  let session = await create(priceId);
  if (session.existing) return successAddress(session.existing);
  if (session.payment.isFinal) {
    // The purchase begun earlier in this tab is over: this click is a new one, with a key of its own.
    forgetPrice(priceId);
    session = await create(priceId);
  }
  if (session.payment.status === "PROCESSING") return successAddress(session.sessionId);
  const address = webAddress(session.url);
  if (!address) throw new Refusal("unexpected", words.unexpected);
  return address;
}

/** The checkout begun in another language is closed first, so that one purchase never has two open checkouts. */
async function closeOther(priceId, begun) {
  if (begun.sessionId) {
    const result = (await ask(CANCEL, { id: begun.sessionId })).cancelCheckoutSession;
    if (result.__typename === "Refusal") throw new Refusal(result.code, result.message);
    if (BOUGHT.includes(result.status)) return successAddress(begun.sessionId);
  }
  forgetPrice(priceId);
  return null;
}

async function create(priceId) {
  const { key, order, language } = purchaseOf(priceId, LANGUAGE);
  const input = { priceId, idempotencyKey: key, clientReferenceId: order, locale: language };
  if (CHOSEN && successUrl) input.successUrl = spoken(successUrl);
  if (CHOSEN && cancelUrl) input.cancelUrl = spoken(cancelUrl);
  const result = (await ask(CREATE, { input })).createCheckoutSession;
  // Refused because this purchase has a payment already: that one is what the buyer wants to see.
  if (result.existing) return result;
  if (result.__typename === "Refusal") throw new Refusal(result.code, result.message);
  rememberSession(priceId, result.sessionId);
  return result;
}

function setBusy(card, busy) {
  const button = card.querySelector("button");
  if (busy) card.dataset.busy = "true";
  else delete card.dataset.busy;
  // aria-disabled and not disabled: the keyboard's focus must not fall off the button.
  button.setAttribute("aria-disabled", String(busy));
  button.textContent = busy ? words.busy : words.buy;
  announce.textContent = busy ? words.busy : "";
}

function showTrouble(card, text) {
  const trouble = card.querySelector(".trouble");
  trouble.textContent = text;
  trouble.hidden = !text;
}
