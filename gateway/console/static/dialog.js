// One dialog for every act: what it does in a sentence, what it needs, and the gateway's refusal where it refuses.

import { el, sentence } from "./dom.js";
import { say } from "./words.js";

const dialog = document.getElementById("dialog");
const said = document.getElementById("said");

/** Says it to everybody, and to a screen reader, for a moment. */
export function announce(words) {
  said.textContent = words;
  setTimeout(() => {
    if (said.textContent === words) said.textContent = "";
  }, 6_000);
}

/** Shows what `body` holds; closed by its button or Escape. */
export function open(title, ...body) {
  const close = el("button.quiet", { type: "button", onclick: () => dialog.close() }, say("close"));
  dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), ...body, el("p.buttons", {}, close));
  dialog.showModal();
}

/** Asks before doing. `fields`: `[[name, word, required]]`; `perform(values)` may throw a Problem, which is shown. */
export function confirm(title, lead, fields, perform) {
  return new Promise((resolve) => {
    const fault = el("p.fault", { role: "alert" });
    const go = el("button", { type: "submit" }, say("confirm"));
    const back = el("button.quiet", { type: "button", onclick: () => dialog.close() }, say("cancel"));
    const inputs = fields.map(([name, word, required]) =>
      el("p", {}, el("label", { for: `field-${name}` }, say(word)), el("input", { id: `field-${name}`, name, required, maxlength: 500, autocomplete: "off" })),
    );
    let done = false;
    const form = el("form", { onsubmit: submit }, inputs, fault, el("p.buttons", {}, back, go));
    async function submit(event) {
      event.preventDefault();
      const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim() || null]));
      go.disabled = true;
      fault.textContent = "";
      try {
        await perform(values);
        done = true;
        dialog.close();
        announce(say("done"));
      } catch (problem) {
        fault.replaceChildren(...sentence(problem.message));
        go.disabled = false;
      }
    }
    dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), lead ? el("p", {}, lead) : "", form);
    dialog.addEventListener("close", () => resolve(done), { once: true });
    dialog.showModal();
  });
}
