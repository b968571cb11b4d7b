// The success page: shows the payment as it is now, and adds a line to the timeline for each change.

import { pageWords, webAddress } from "./graphql.js";
import { forgetSession } from "./purchase.js";
import { watchPayment } from "./watch.js";

const words = pageWords();
const main = document.querySelector("main");
const part = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" });

const sessionId = main.dataset.sessionId;
if (sessionId) {
  watchPayment({ sessionId, onPayment: show, onConnection: showConnection, onRefused: showRefusal });
} else {
  showUnknown();
}

function show(payment) {
  const status = payment.status.toLowerCase();
  main.dataset.status = status;
  main.dataset.final = String(payment.isFinal);
  main.dataset.version = String(payment.version);
  const told = status === "failed" && payment.isFinal ? "failed_final" : status;
  say(told, words[`meaning_${told}`]);
  showBought(payment);
  showFailure(status === "failed" ? payment.lastFailure : null);
  showAfterwards(payment);
  showActions(status, payment);
  addToTimeline(status, words[`title_${told}`]);
  if (payment.isFinal) forgetSession(payment.sessionId);
}

function say(name, meaning) {
  // The title too: a buyer who waits in another tab sees it change.
  document.title = part("status").textContent = words[`title_${name}`];
  part("meaning").textContent = meaning;
  part("waits").textContent = words[`waits_${name}`];
}

function showBought({ price, amount }) {
  part("bought").hidden = false;
  part("bought-name").textContent = price?.name ?? "";
  part("bought-amount").textContent = amount.formatted;
}

function showFailure(failure) {
  part("failure").hidden = !failure;
  if (!failure) return;
  part("failure-message").textContent = failure.message;
  part("failure-code").textContent = failure.declineCode ?? failure.code;
  part("failure-advice").textContent = words[`advice_${failure.advice.toLowerCase()}`];
}

function showAfterwards({ refundedAmount, disputed }) {
  const said = [];
  if (refundedAmount.amountMinor > 0) said.push(words.refunded.replace("{amount}", refundedAmount.formatted));
  if (disputed) said.push(words.disputed);
  part("afterwards").hidden = said.length === 0;
  part("afterwards").textContent = said.join(" ");
}

function showActions(status, { checkoutUrl, isFinal }) {
  const address = webAddress(checkoutUrl);
  const pay = part("pay");
  pay.hidden = !address;
  if (address) pay.href = address;
  pay.textContent = status === "failed" ? words.try_another : words.finish;
  part("shop").hidden = !isFinal;
}

function addToTimeline(status, title) {
  const now = new Date();
  const entry = document.createElement("li");
  entry.dataset.status = status;
  const time = document.createElement("time");
  time.dateTime = now.toISOString();
  time.textContent = clock.format(now);
  const word = document.createElement("code");
  word.textContent = status;
  const meaning = document.createElement("span");
  meaning.textContent = title;
  entry.append(time, word, meaning);
  part("timeline").append(entry);
}

function showConnection(state) {
  part("connection").dataset.connection = state;
  part("connection").textContent = words[`connection_${state}`];
}

function showRefusal({ code, message }) {
  if (code === "session_not_found") return showUnknown();
  main.dataset.status = "refused";
  part("shop").hidden = false;
  return say("refused", message);
}

function showUnknown() {
  main.dataset.status = "unknown";
  showConnection("refused");
  part("shop").hidden = false;
  say("unknown", words.meaning_unknown);
}
