"""An export opens right in LibreOffice: the values compared, Chinese names whole, and nothing becomes a formula."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.reconciliation.pair import Pair

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
REFERENCES = ["=1+1", "+SUM(A1:A9)", "-2", "@cmd", "订单七", 'quoted "and", comma']


@pytest.mark.skipif(OFFICE is None, reason="needs Debian's libreoffice-calc-nogui")
async def test_an_export_opens_right_in_a_spreadsheet(pair: Pair, tmp_path: Path) -> None:
    for reference in REFERENCES:
        answer = await pair.shop.post(
            "/api/create-checkout-session", json={"priceId": "price_Starter", "clientReferenceId": reference}
        )
        await pair.pay(answer.json()["sessionId"])
    await pair.settled()
    for what in ("payments", "movements"):
        status, out, _ = await pair.gateway("export", what)
        assert status == 0
        path = tmp_path / f"{what}.csv"
        path.write_text(out, "utf-8")
        assert _reopened(path, tmp_path) == _as_shown(out)
    seen = [row[6] for row in _reopened(tmp_path / "payments.csv", tmp_path)[1:]]
    assert {cell.removeprefix("'") for cell in seen} == set(REFERENCES)


def _reopened(path: Path, scratch: Path) -> list[list[str]]:
    """Opened by LibreOffice, saved as a spreadsheet, and that written as CSV again: what a person sees in it."""
    sheet = _converted(path, scratch, "ods", "--infilter=CSV:44,34,UTF8")
    again = _converted(sheet, scratch / "again", "csv:Text - txt - csv (StarCalc):44,34,UTF8")
    return list(csv.reader(again.read_text("utf-8-sig").splitlines()))


def _converted(source: Path, folder: Path, kind: str, *options: str) -> Path:
    assert OFFICE is not None
    command = [OFFICE, f"-env:UserInstallation=file://{source.parent}/office", "--headless", *options]
    command += ["--convert-to", kind, "--outdir", str(folder), str(source)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    made = folder / f"{source.stem}.{kind[:3]}"
    assert made.is_file(), ran.stderr
    return made


def _as_shown(out: str) -> list[list[str]]:
    """A truth value is one in a spreadsheet too."""
    rows = csv.reader(out.removeprefix("\ufeff").splitlines())
    return [[cell.upper() if cell in {"true", "false"} else cell for cell in row] for row in rows]
