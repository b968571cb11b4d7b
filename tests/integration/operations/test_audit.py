"""`gateway audit verify`: whole chains pass, and the first break is named."""

import json
from pathlib import Path

import pytest

from .broken import Break, broken_copy, sql
from .conftest import Sample

pytestmark = pytest.mark.asyncio(loop_scope="module")

_OF_PAID = "payment_id = (SELECT id FROM payment WHERE client_reference_id = 'order-one')"
_HASHES_OF_PAID = f"UPDATE status_change SET previous_hash = hash WHERE version = 2 AND {_OF_PAID}"

_LAST = f"(SELECT max(version) FROM status_change WHERE {_OF_PAID})"

BREAKS: dict[str, tuple[Break, int | None, str]] = {
    "changed": (
        sql(f"UPDATE status_change SET cause = 'webhook evt_other' WHERE version = 2 AND {_OF_PAID}"),
        2,
        "the line was changed after it was written: its hash is of other contents",
    ),
    "missing": (
        sql(f"DELETE FROM status_change WHERE version = 1 AND {_OF_PAID}"),
        2,
        "version 1 is missing: the next line is version 2",
    ),
    "cut off": (
        sql(f"DELETE FROM status_change WHERE {_OF_PAID} AND version = {_LAST}"),
        None,
        ", and its history ends at ",
    ),
    "relinked": (sql(_HASHES_OF_PAID), 2, "the line does not carry the hash of the line before it"),
}


async def test_whole_histories_exit_0(sample: Sample) -> None:
    said = (
        "The histories of 3 payments are whole.\n"
        "GATEWAY_AUDIT_KEY is not set: this finds mistakes, and does not find a forger.\n"
    )
    assert await sample.pair.gateway("audit", "verify") == (0, said, "")


@pytest.mark.parametrize("what", sorted(BREAKS))
async def test_the_first_break_exits_1_and_is_named(sample: Sample, tmp_path: Path, what: str) -> None:
    break_it, version, sentence = BREAKS[what]
    url = broken_copy(sample.path, tmp_path / "copy.db", break_it)
    status, out, err = await sample.pair.gateway("audit", "verify", "--json", DATABASE_URL=url)
    assert (status, err) == (1, "")
    found = json.loads(out)["firstBreak"]
    assert version in {None, found["version"]}
    assert sentence in found["what"]


async def test_a_broken_history_is_reported_in_a_sentence(sample: Sample, tmp_path: Path) -> None:
    url = broken_copy(sample.path, tmp_path / "copy.db", BREAKS["changed"][0])
    status, out, _ = await sample.pair.gateway("audit", "verify", DATABASE_URL=url, STRIPE_API_KEY="")
    assert status == 1
    assert out.startswith("Broken: payment ")
    assert "version 2: the line was changed after it was written: its hash is of other contents.\n" in out


async def test_what_cannot_be_walked_exits_2(sample: Sample) -> None:
    status, _, err = await sample.pair.gateway("audit", "verify", DATABASE_URL="sqlite:///nowhere/at/all.db")
    assert (status, "Traceback" in err) == (2, False)
