"""What must hold of every page: nothing sticks out sideways, no English in Chinese, no fault that axe can find."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.harness.child import ROOT

AXE = ROOT / "tests" / "clients" / "node_modules" / "axe-core" / "axe.min.js"

ALLOWED_IN_CHINESE = frozenset("API CVC GraphQL JavaScript PIN REST Secure Stripe USD".split())
"""Names, and words that a reader of Chinese writes so himself. Addresses, ids and numbers are not looked at."""

_WIDEST = """() => {
  const width = document.scrollingElement.scrollWidth;
  if (width <= window.innerWidth) return null;
  const sticksOut = (e) => e.getBoundingClientRect().right > window.innerWidth + 1;
  const wide = [...document.querySelectorAll("body *")].filter(sticksOut);
  return `${width} px: ` + wide.slice(-3).map((e) => `${e.tagName} #${e.id} .${e.className}`).join(", ");
}"""
_LATIN = """() => {
  const skipped = "code, pre, script, style, noscript, [lang=en], #reference-value, .reference b";
  const words = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) words.push(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(skipped) || !node.checkVisibility()) return;
    for (const name of ["aria-label", "title", "alt"]) words.push(node.getAttribute(name) ?? "");
    for (const child of node.childNodes) walk(child);
  };
  walk(document.body);
  words.push(document.title);
  const plain = words.join(" ").replace(/\\S+@\\S+|https?:\\S+|\\/\\S+|cs_\\w+/g, " ");
  return [...new Set(plain.match(/[A-Za-z][A-Za-z]+/g) ?? [])];
}"""
_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join("; ")}`);
}"""


async def sideways(page: Page) -> list[str]:
    wide: str | None = await page.evaluate(_WIDEST)
    return [f"wider than the window, {wide}"] if wide else []


async def english(page: Page) -> list[str]:
    """The Latin words that somebody reads on a Chinese page, beyond the allowed ones."""
    words: list[str] = await page.evaluate(_LATIN)
    strange = sorted(set(words) - ALLOWED_IN_CHINESE)
    return [f"English on a Chinese page: {' '.join(strange)}"] if strange else []


async def barriers(page: Page, axe: str) -> list[str]:
    """Violations by axe-core's own rules. The context must bypass the page's content security policy."""
    await page.evaluate(axe)
    found: list[Any] = await page.evaluate(_AXE)
    return [f"axe, {violation}" for violation in found]


def axe_source(path: Path = AXE) -> str:
    """Raises FileNotFoundError: `npm ci` in tests/clients installs it."""
    return path.read_text("utf-8")
