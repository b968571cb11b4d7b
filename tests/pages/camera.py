"""Takes each state's pictures at each width, light and dark, and collects what does not hold."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.pages.checks import barriers, english, sideways
from tests.pages.shops import Shops
from tests.pages.visits import State, Visit

Scheme = Literal["light", "dark"]
HEIGHTS = {320: 640, 390: 844, 1280: 800}
WIDTHS = tuple(HEIGHTS)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_LOCALES = {"en": "en-US", "zh": "zh-CN"}
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]


@dataclass(frozen=True)
class Seen:
    """How many pictures were taken, and what was wrong on which."""

    pictures: int
    faults: tuple[str, ...]


@asynccontextmanager
async def launched(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, shops: Shops, language: str) -> AsyncIterator[Visit]:
    context = await browser.new_context(
        locale=_LOCALES[language],
        viewport={"width": 1280, "height": HEIGHTS[1280]},
        reduced_motion="reduce",
        bypass_csp=True,
    )
    yield Visit(await context.new_page(), shops, language)
    await context.close()


async def look_at(
    visit: Visit, state: State, *, axe: str, into: Path | None, widths: Iterable[int], schemes: Iterable[Scheme]
) -> Seen:
    """The state's pictures, one after the other on the same open page."""
    page, faults, pictures = visit.page, [], 0
    try:
        await state.reach(visit)
    except (AssertionError, PlaywrightTimeout) as problem:
        return Seen(0, (f"{state.name} {visit.language} was not reached: {str(problem)[:500]}",))
    if visit.language == "zh" and not state.has_foreign_text:
        faults += [f"{state.name} zh: {fault}" for fault in await english(page)]
    for scheme in schemes:
        for width in widths:
            await page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            where = f"{state.name} {visit.language} {width} {scheme}"
            faults += [f"{where}: {fault}" for fault in await _faults(page, axe)]
            if into is not None:
                path = into / f"{where.replace(' ', '-')}.png"
                await page.screenshot(path=path, full_page=True, animations="disabled")
                pictures += 1
    return Seen(pictures, tuple(faults))


async def _faults(page: Page, axe: str) -> list[str]:
    return [*await sideways(page), *await barriers(page, axe)]
