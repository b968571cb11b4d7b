// What every list has: one choice that narrows it, and the way to older rows. Both live in the address.

import { el } from "./dom.js";
import { say } from "./words.js";

/** Chooses one value of one parameter; `options`: `[[value, words]]`. */
export function picker(view, name, chosen, options) {
  const go = (event) => {
    const { value } = event.target;
    location.hash = value ? `#/${view}?${new URLSearchParams({ [name]: value })}` : `#/${view}`;
  };
  return el(
    "p.picker", {},
    el("label", { for: "picker" }, say(name)),
    el("select", { id: "picker", onchange: go }, options.map(([value, words]) => el("option", { value, selected: value === (chosen ?? "") }, words))),
  );
}

export function pager(view, parameters, { hasNextPage, endCursor }) {
  const next = new URLSearchParams(parameters);
  next.set("after", endCursor ?? "");
  return el("p.pager", {}, hasNextPage ? el("a.button", { href: `#/${view}?${next}` }, say("more")) : null);
}
