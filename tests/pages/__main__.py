"""`python -m tests.pages --out FOLDER [--state NAME …]`, or `--readme` for the screenshots in docs/images.

Needs Debian's chromium, and `npm ci` in tests/clients for axe-core. Exit 1 where something does not hold.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.pages import readme
from tests.pages.camera import SCHEMES, WIDTHS, launched, look_at, visiting
from tests.pages.checks import axe_source
from tests.pages.shops import open_shops
from tests.pages.states import STATES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pages", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/pages"), help="folder for the pictures")
    parser.add_argument("--state", action="append", choices=sorted(STATES), help="only these, may be repeated")
    parser.add_argument("--language", action="append", choices=["en", "zh"], help="only these")
    parser.add_argument("--readme", action="store_true", help="make docs/images instead")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("chromium is not installed (apt-get install chromium)")
    if options.readme:
        return asyncio.run(readme.make(chromium))
    options.out.mkdir(parents=True, exist_ok=True)
    names, languages = options.state or list(STATES), options.language or ["en", "zh"]
    return asyncio.run(_look(chromium, options.out, names, languages))


async def _look(chromium: str, out: Path, names: list[str], languages: list[str]) -> int:
    axe, pictures, faults = axe_source(), 0, 0
    needs_all = any(STATES[name].needs_all_shops for name in names)
    with tempfile.TemporaryDirectory() as folder, open_shops(Path(folder), only_usual=not needs_all) as shops:
        async with launched(chromium) as browser:
            for name, language in ((name, language) for name in names for language in languages):
                state = STATES[name]
                if language == "zh" and not state.is_chinese:
                    continue
                async with visiting(browser, shops, language) as visit:
                    seen = await look_at(visit, state, axe=axe, into=out, widths=WIDTHS, schemes=SCHEMES)
                pictures, faults = pictures + seen.pictures, faults + len(seen.faults)
                print(f"{name} {language}: {seen.pictures} pictures", *seen.faults, sep="\n    ", flush=True)
    print(f"{pictures} pictures in {out}, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
