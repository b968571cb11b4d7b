// What the page says, in the language it was asked for. The server writes the words into the page.

const WORDS = JSON.parse(document.getElementById("words").textContent);

export const LANGUAGE = document.documentElement.lang;
export const BASE = document.documentElement.dataset.base;

/** The words of this name, `{placeholders}` filled; the name itself where there are none. */
export function say(name, values = {}) {
  const words = WORDS[name] ?? name;
  return words.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

const exact = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/** A time as people here write it. */
export function moment(iso) {
  return exact.format(new Date(iso));
}

/** How long ago, in the largest unit that fits. */
export function ago(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.round(seconds / size), unit);
}

/** A count with the language's separators. */
export function count(number) {
  return new Intl.NumberFormat(LANGUAGE).format(number);
}
