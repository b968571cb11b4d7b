"""Three gateways on PostgreSQL and Redis behind nginx, Stripe behind a proxy, a back end, and buyers who never stop."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.alerts.prometheus import Prometheus, open_prometheus
from tests.harness.back_end import SECRET, BackEnd, back_end
from tests.harness.deployment import WEBHOOK_SECRET
from tests.harness.fork_server import ForkServer
from tests.harness.nginx import open_front
from tests.harness.proxy import Proxy, open_proxy
from tests.harness.shop import STARTER, Shop
from tests.harness.stripe import Stripe
from tests.replicas.cluster import Cluster, Engines, open_cluster

REPLICAS = 3
BUYERS_PAUSE_SECONDS = 0.5


@dataclass
class World:
    """What a fault may be played on."""

    engines: Engines
    cluster: Cluster
    proxy: Proxy
    stripe: Stripe
    back_end: BackEnd
    webhooks: "Webhooks"
    shop: Shop
    prometheus: Prometheus
    counts: Counter[str] = field(default_factory=Counter)
    """What became of the buyers' calls."""


class Webhooks:
    """The address that Stripe knows: nginx before all replicas, which may be taken away."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._stack = AsyncExitStack()

    async def open(self) -> None:
        front = open_front(self._cluster.urls, self._cluster.engines.folder, port=self._cluster.stripe_deployment.port)
        await self._stack.enter_async_context(front)

    async def close(self) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def open_world(engines: Engines, *, rules: str, fork_server: ForkServer | None = None) -> AsyncIterator[World]:
    """Everything is up, and scraped, when this begins."""
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(open_proxy(0))
        receiver = await stack.enter_async_context(back_end())
        settings = {
            "STRIPE_API_BASE": proxy.url,
            "GATEWAY_NOTIFY_URLS": receiver.url,
            "GATEWAY_NOTIFY_SECRETS": SECRET,
            "GATEWAY_TRUSTED_PROXIES": "127.0.0.1",
            "GATEWAY_RECONCILE_EVERY": "20",
        }
        cluster = await stack.enter_async_context(
            open_cluster(engines, replicas=REPLICAS, fork_server=fork_server, **settings)
        )
        proxy.upstream = ("127.0.0.1", cluster.stripe_deployment.sandbox_port)
        stripe = await stack.enter_async_context(cluster.stripe_deployment.sandbox())
        webhooks = Webhooks(cluster)
        await webhooks.open()
        stack.push_async_callback(webhooks.close)
        front = await stack.enter_async_context(open_front(cluster.urls, engines.folder))
        shop = await stack.enter_async_context(Shop(front.url, webhook_secret=WEBHOOK_SECRET))
        folder = cluster.stripe_deployment.folder
        prometheus = await stack.enter_async_context(open_prometheus(folder, cluster.urls, rules))
        world = World(engines, cluster, proxy, stripe, receiver, webhooks, shop, prometheus)
        with _buyers(world, front.url):
            yield world


@contextmanager
def _buyers(world: World, url: str) -> Iterator[None]:
    task = asyncio.create_task(_buy_on(world, url))
    try:
        yield
    finally:
        task.cancel()


async def _buy_on(world: World, url: str) -> None:
    """One purchase after the other, whatever becomes of it; none waits for the one before."""
    running: set[asyncio.Task[None]] = set()
    async with aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=60)) as http:
        for number in itertools.count():
            task = asyncio.create_task(_buy(world, http, f"192.0.2.{number % 250}"))
            running.add(task)
            task.add_done_callback(running.discard)
            await asyncio.sleep(BUYERS_PAUSE_SECONDS)


async def _buy(world: World, http: aiohttp.ClientSession, address: str) -> None:
    headers = {"X-Forwarded-For": address}
    try:
        async with http.post("/api/create-checkout-session", json={"priceId": STARTER}, headers=headers) as answer:
            world.counts[f"create {answer.status}"] += 1
            session = (await answer.json())["sessionId"] if answer.status == 200 else None
        if session is None:
            return
        for is_paid in (False, True):
            if is_paid:
                world.counts[f"pay {await world.stripe.pay(session)}"] += 1
            async with http.get(f"/api/check-payment-status/{session}", headers=headers) as answer:
                world.counts[f"status {answer.status}"] += 1
    except (aiohttp.ClientError, OSError, TimeoutError):
        world.counts["hung up"] += 1
