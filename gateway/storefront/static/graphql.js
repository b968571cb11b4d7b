// One GraphQL request by POST. It either gives `data` or throws a Refusal; it never retries by itself.

/** Where everything of ours lies: empty, or the path that the gateway is served below, like `/pay`. */
export const BASE = document.documentElement.dataset.base ?? "";
export const LANGUAGE = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
/** The language, where the buyer has chosen another than the browser's; else empty. */
export const CHOSEN = document.documentElement.dataset.chosen ?? "";
export const ENDPOINT = `${BASE}/graphql`;

const TIMEOUT_MS = 30_000;

/** What the gateway said no to, or that it could not be asked at all (`code` is then "unreachable"). */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code.toLowerCase();
  }
}

/** The page's sentences in the viewer's language, as the server wrote them into the page. */
export function pageWords() {
  return JSON.parse(document.getElementById("words").textContent);
}

export async function ask(query, variables) {
  const words = pageWords();
  let response;
  try {
    response = await fetch(ENDPOINT, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "Accept-Language": document.documentElement.lang,
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Refusal("unreachable", words.unreachable);
  }
  const answer = await response.json().catch(() => ({}));
  const refused = answer.errors?.[0];
  if (refused) throw new Refusal(refused.extensions?.code ?? "unexpected", refused.message);
  if (answer.error) throw new Refusal(answer.error.code, answer.error.message);
  if (!answer.data) throw new Refusal("unexpected", words.unexpected);
  return answer.data;
}

/** Only web addresses may become links: anything else in an answer is treated as no address. */
export function webAddress(text) {
  return /^https?:\/\//i.test(text ?? "") ? text : null;
}

/** An id as people compare it: its beginning and its end. */
export function shortened(id) {
  return id.length <= 24 ? id : `${id.slice(0, 14)}…${id.slice(-6)}`;
}

/** The success page of this session, in the language of this page. */
export function successAddress(sessionId) {
  return spoken(`${BASE}/success?session_id=${encodeURIComponent(sessionId)}`);
}

/** The address with the chosen language in it. What else is in it stays as it is, Stripe's braces too. */
export function spoken(address) {
  if (!CHOSEN) return address;
  return `${address}${address.includes("?") ? "&" : "?"}lang=${CHOSEN}`;
}
