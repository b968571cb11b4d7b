"""One gateway in a process of its own for all tables that need none of their own settings."""

from collections.abc import Iterator

import pytest

from tests.fuzz.bench import Bench, open_bench


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    with open_bench() as bench:
        yield bench
