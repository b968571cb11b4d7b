"""One PostgreSQL, one Redis and one process to fork gateways from, for all of this folder's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.harness.fork_server import ForkServer, open_fork_server
from tests.harness.nginx import NGINX
from tests.replicas.cluster import Engines, running_engines


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    with running_engines() as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def fork_server(engines: Engines) -> AsyncIterator[ForkServer]:
    async with open_fork_server(engines.folder) as forking:
        yield forking


@pytest.fixture
def nginx() -> str:
    """Debian's nginx. On a machine without it what stands before the replicas is not tested."""
    if NGINX is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    return NGINX
