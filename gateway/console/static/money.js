// Amounts as people read and write them. How many digits stand behind a currency's point is the gateway's to say: the
// browser's own table differs from Stripe's (ISK, UGX).

import { Problem } from "./api.js";
import { LANGUAGE, say } from "./words.js";

const { usual, others } = JSON.parse(document.getElementById("digits").textContent);

export function digitsOf(currency) {
  return others[currency.toLowerCase()] ?? usual;
}

/** An integer of minor units, as money. */
export function money(minorUnits, currency) {
  const digits = digitsOf(currency);
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(LANGUAGE, style).format(minorUnits / 10 ** digits);
}

/** What somebody wrote (`12.50`) in minor units, digit by digit; throws a Problem that says how to write it. */
export function minorUnits(text, currency) {
  const digits = digitsOf(currency);
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? "";
  if (!match || fraction.length > digits) {
    throw new Problem("refused", say("amount_wrong", { example: (12.5).toFixed(digits), currency: currency.toUpperCase() }));
  }
  return Number(match[1] + fraction.padEnd(digits, "0"));
}
