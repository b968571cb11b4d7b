// The gateway's own counters, as Prometheus reads them. A proxy may keep them inside: then there are none.

import { BASE } from "./words.js";

/** A function from a sample's full name to its number, 0 where it was not counted; null where they are not served here. */
export async function counters(signal) {
  const response = await fetch(`${BASE}/metrics`, { signal, credentials: "omit" }).catch(() => null);
  if (!response?.ok) return null;
  const samples = new Map();
  for (const line of (await response.text()).split("\n")) {
    const at = line.lastIndexOf(" ");
    if (line && !line.startsWith("#")) samples.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return (name) => samples.get(name) ?? 0;
}
