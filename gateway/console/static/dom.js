// Elements from data. Text is always set as text: nothing a shop or a buyer wrote is ever read as markup.

import { ago, moment, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** `el("a.quiet", { href }, "text", child)`. A property that begins with `on` is a listener; null children are left out. */
export function el(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return furnish(document.createElement(tag), classes, properties, children);
}

/** The same for a drawing. */
export function svg(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return furnish(document.createElementNS(SVG, tag), classes, properties, children);
}

function furnish(node, classes, properties, children) {
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A time, read as an age and exact on demand. */
export function when(iso) {
  return iso ? el("time", { datetime: iso, title: moment(iso) }, ago(iso)) : "–";
}

/** A status or state with its colour; the word alone carries the meaning. */
export function badge(word, tone) {
  return el("span.badge", { "data-tone": tone }, word);
}

export function status(value) {
  const name = value.toLowerCase();
  return badge(say(`status_${name}`), name);
}

/** A text that the gateway or Stripe has in English alone. */
export function english(text) {
  return el("span", { lang: "en" }, text);
}

/** A refusal's sentence: what stands in backticks is a name. */
export function sentence(text) {
  return text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}

/** A link only where a page of Stripe's may be meant. */
export function outward(url, text) {
  return /^https?:\/\//.test(url) ? el("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, text) : text;
}

/** `columns`: `[[word, cell(row), class?]]`. A row's first link is what `j`, `k` and Enter reach. */
export function table(caption, columns, rows) {
  if (!rows.length) return el("p.empty", {}, say("nothing"));
  const cell = ([word, of, kind], row) => el(kind ? `td.${kind}` : "td", { "data-label": say(word) }, el("div", {}, of(row)));
  return el(
    "div.scroll", { tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table", {},
      el("caption.unseen", {}, caption),
      el("thead", {}, el("tr", {}, columns.map(([word, , kind]) => el(kind ? `th.${kind}` : "th", { scope: "col" }, say(word))))),
      el("tbody", {}, rows.map((row) => el("tr", { "data-row": true }, columns.map((column) => cell(column, row))))),
    ),
  );
}

/** Terms and what they are; a missing value leaves its term out. */
export function terms(pairs) {
  const held = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el("dl.terms", {}, held.map(([word, value]) => el("div", {}, el("dt", {}, say(word)), el("dd", {}, value))));
}

export function heading(title, lead, ...tools) {
  return el("header.heading", {}, el("div", {}, el("h1", {}, title), lead ? el("p.soft", {}, lead) : null), ...tools);
}
