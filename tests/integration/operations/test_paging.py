"""Pages of rows that were made at the same moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.integration.reconciliation.pair import Pair


async def test_no_page_leaves_out_rows_of_the_same_moment(pair: Pair, folder: Path) -> None:
    created = {await pair.create() for _ in range(3)}
    with closing(sqlite3.connect(folder / "gateway.db")) as database, database:
        database.execute("UPDATE payment SET created_at = '2026-11-01 00:00:00+00:00'")
    seen, after, has_next = list[str](), None, True
    while has_next:
        page = await pair.services.operators.payments(first=1, after=after)
        seen += [view.snapshot.session_id for view in page.nodes]
        after, has_next = page.end_cursor, page.has_next
    assert sorted(seen) == sorted(created)
