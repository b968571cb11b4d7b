// The frame: signing in, which view the address names, the keyboard, and drawing again when something moved.

import { forgetKey, signIn } from "./api.js";
import { open } from "./dialog.js";
import { el } from "./dom.js";
import { follow } from "./live.js";
import { deliveries } from "./views/deliveries.js";
import { desk } from "./views/desk.js";
import { figures } from "./views/figures.js";
import { inbox } from "./views/inbox.js";
import { payment } from "./views/payment.js";
import { payments, search } from "./views/payments.js";
import { runs } from "./views/runs.js";
import { say } from "./words.js";

// `draw(argument, parameters, tools)` gives the view's nodes; `moves(argument, paymentId)` whether a change concerns it.
const VIEWS = { desk, payments, payment, search, inbox, deliveries, runs, figures };
const AFTER_CHANGE_MS = 400;
const SLOW_MS = 250;

const content = document.getElementById("content");
const gate = document.getElementById("sign-in");
const clue = document.getElementById("clue");
const feed = document.getElementById("feed");

let stopFeed = null;
let drawing = new AbortController();
let soon = 0;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/");
  const known = Object.hasOwn(VIEWS, name) ? name : "desk";
  return { name: known, argument: decoded(rest.join("/")), parameters: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `isNew` for another place: it begins at the top and says that it loads; otherwise the old picture stays meanwhile. */
async function draw(isNew) {
  if (!stopFeed) return;
  clearTimeout(soon);
  drawing.abort();
  drawing = new AbortController();
  const { signal } = drawing;
  const { name, argument, parameters } = place();
  for (const tab of document.querySelectorAll("[data-view]")) {
    if (tab.dataset.view === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  content.setAttribute("aria-busy", "true");
  const patience = setTimeout(() => isNew && content.replaceChildren(el("p.loading", { role: "status" }, say("loading"))), SLOW_MS);
  let nodes;
  try {
    nodes = await VIEWS[name].draw(argument, parameters, { signal, redraw: () => draw(false) });
  } catch (problem) {
    if (signal.aborted) return;
    if (problem.kind === "key") return leave(problem.message);
    nodes = [trouble(problem)];
  } finally {
    clearTimeout(patience);
  }
  if (signal.aborted) return;
  content.removeAttribute("aria-busy");
  const focused = focusedRow();
  const opened = new Set([...content.querySelectorAll("details[open][data-name]")].map((one) => one.dataset.name));
  content.replaceChildren(...nodes);
  for (const one of content.querySelectorAll("details[data-name]")) one.open ||= !isNew && opened.has(one.dataset.name);
  if (!isNew) return focused === null ? null : rows()[focused]?.focus();
  const title = content.querySelector("h1");
  document.title = `${title?.textContent ?? say("title")} · ${say("title")}`;
  window.scrollTo(0, 0);
  // Whoever types the next search meanwhile goes on typing.
  if (document.activeElement !== clue) content.focus({ preventScroll: true });
}

function trouble(problem) {
  const words = problem.kind ? problem.message : say("unexpected");
  if (!problem.kind) console.error(problem);
  return el("div.problem", { role: "alert" }, el("p", {}, words), el("button", { type: "button", onclick: () => draw(true) }, say("retry")));
}

function enter() {
  document.body.dataset.signedIn = "true";
  gate.remove();
  stopFeed = follow(feed, changed);
  draw(true);
}

function leave(reason = "") {
  forgetKey();
  stopFeed?.();
  stopFeed = null;
  drawing.abort();
  document.body.dataset.signedIn = "false";
  content.removeAttribute("aria-busy");
  content.replaceChildren(gate);
  gate.reset();
  document.getElementById("key-fault").textContent = reason;
  document.getElementById("key").focus();
}

/** Draws again once a burst of changes is over. */
function changed(paymentId) {
  const { name, argument } = place();
  if (paymentId !== null && !VIEWS[name].moves?.(argument, paymentId)) return;
  clearTimeout(soon);
  soon = setTimeout(() => document.querySelector("dialog[open]") || draw(false), AFTER_CHANGE_MS);
}

gate.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = gate.querySelector("button");
  const fault = document.getElementById("key-fault");
  button.disabled = true;
  fault.textContent = "";
  try {
    await signIn(gate.elements.key.value.trim());
    gate.reset();
    enter();
  } catch (problem) {
    fault.textContent = problem.kind ? problem.message : say("unexpected");
    gate.elements.key.select();
  } finally {
    button.disabled = false;
  }
});

document.getElementById("sign-out").addEventListener("click", () => leave());
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = clue.value.trim();
  if (!words) return;
  clue.blur();
  location.hash = `#/search/${encodeURIComponent(words)}`;
});
window.addEventListener("hashchange", () => draw(true));

function rows() {
  return [...content.querySelectorAll("[data-row] a[href], [data-row] button")].filter(
    (link) => link === link.closest("[data-row]").querySelector("a[href], button"),
  );
}

function focusedRow() {
  const row = document.activeElement?.closest?.("[data-row]");
  const at = rows().findIndex((link) => link.closest("[data-row]") === row);
  return at < 0 ? null : at;
}

function move(step) {
  const links = rows();
  const at = focusedRow();
  const next = at === null ? (step > 0 ? 0 : links.length - 1) : at + step;
  links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
}

function help() {
  const lines = [["/", "keys_search"], ["j k", "keys_move"], ["Enter", "keys_open"], ["1 – 6", "keys_views"], ["?", "keys_help"]];
  open(say("keys_title"), el("dl.terms.keys", {}, lines.map(([key, word]) => el("div", {}, el("dt", {}, el("kbd", { lang: "en" }, key)), el("dd", {}, say(word))))));
}

const KEYS = { "/": () => (clue.focus(), clue.select()), j: () => move(1), k: () => move(-1), "?": help };

document.addEventListener("keydown", (event) => {
  if (!stopFeed || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && event.target === clue) return content.focus();
  if (event.target.closest("input, textarea, select")) return;
  const tab = /^[1-6]$/.test(event.key) ? document.querySelectorAll("[data-view]")[event.key - 1] : null;
  const perform = tab ? () => tab.click() : KEYS[event.key];
  if (!perform) return;
  event.preventDefault();
  perform();
});

document.getElementById("key").focus();
