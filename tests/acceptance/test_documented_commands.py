"""Every command block of the documentation runs as it is pasted, or says above it why the tests do not run it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.acceptance.processes import Addresses, gateway_dev
from tests.harness.child import ROOT

STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "tests" / "clients" / "README.md"]
_BLOCK = re.compile(r"((?:<!-- [^\n]* -->\n)*)(?: *)```sh\n(.*?)```", re.DOTALL)
_REASON = re.compile(r"<!-- (?:not run|run in a fresh project): \S")
_SECONDS = 60


@dataclass(frozen=True)
class Block:
    """A shell block of a page, and whether a comment above it says why it is not run."""

    page: Path
    number: int
    commands: str
    is_excused: bool

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}-{self.number}"


def _blocks() -> list[Block]:
    return [
        Block(page, number, found[2], is_excused=bool(_REASON.search(found[1])))
        for page in PAGES
        for number, found in enumerate(_BLOCK.finditer(page.read_text("utf-8")), start=1)
    ]


@dataclass(frozen=True)
class Reader:
    """Somebody with a terminal in the folder where `gateway dev` runs, and with one session to ask for.

    (`gateway dev --data` was given that folder: commands find it there as they find `.gateway` beside them.)
    """

    folder: Path
    addresses: Addresses
    session_id: str

    def paste(self, commands: str) -> subprocess.CompletedProcess[str]:
        here = commands.replace("http://localhost:3002", self.addresses.gateway)
        here = here.replace("localhost:3002", self.addresses.gateway.removeprefix("http://"))
        here = here.replace("localhost:12111", self.addresses.sandbox.removeprefix("http://"))
        here = here.replace("cs_test_…", self.session_id)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", here],
            check=False,
            cwd=self.folder,
            env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("reader")
    with gateway_dev(folder) as addresses:
        answer = httpx.post(f"{addresses.gateway}/api/create-checkout-session", json={"priceId": STARTER})
        yield Reader(folder, addresses, answer.raise_for_status().json()["sessionId"])


def test_the_documentation_has_commands() -> None:
    assert len([block for block in _blocks() if not block.is_excused]) > 5


@pytest.mark.parametrize("block", [block for block in _blocks() if not block.is_excused], ids=lambda block: block.name)
def test_a_documented_command_runs(reader: Reader, block: Block) -> None:
    ran = reader.paste(block.commands)
    assert ran.returncode == 0, f"{block.commands}\n{ran.stdout}{ran.stderr}"
    assert '"error"' not in ran.stdout
