// The purchase that this tab has begun. Its random key is what the gateway recognises it by, so it is kept over reloads.

export interface Purchase {
  /** Nobody can guess it: only who has it is given the session that it opened. */
  key: string;
  sessionId?: string;
}

const STORE = "purchase:";

/** The purchase begun under this name, or a new one. */
export function begunPurchase(name: string): Purchase {
  const stored = sessionStorage.getItem(STORE + name);
  if (stored) return JSON.parse(stored);
  const purchase = { key: crypto.randomUUID() };
  keepPurchase(name, purchase);
  return purchase;
}

export function keepPurchase(name: string, purchase: Purchase): void {
  sessionStorage.setItem(STORE + name, JSON.stringify(purchase));
}

/** The next press of the button is a purchase of its own, with a key of its own. */
export function forgetPurchase(name: string): void {
  sessionStorage.removeItem(STORE + name);
}
