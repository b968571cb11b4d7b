"""A sandbox and a gateway on free ports, each a process of its own, with one database between the gateway's lives."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.child import Child, free_port
from tests.harness.fork_server import ForkedChild, ForkServer
from tests.harness.shop import Shop
from tests.harness.stripe import Stripe

WEBHOOK_SECRET = "whsec_process_tests"
STRIPE_KEY = "sk_test_process_tests"
ADMIN_KEY = "operator-of-the-process-tests"


@dataclass
class Deployment:
    """`stripe_base` is where the gateway believes Stripe to be: the sandbox, or a proxy before it."""

    folder: Path
    database_url: str
    sandbox_port: int = field(default_factory=free_port)
    port: int = field(default_factory=free_port)
    stripe_base: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of every gateway; the sandbox has the same catalogue."""
    fork_server: ForkServer | None = None
    """With one, every gateway is forked from it instead of being started from nothing."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/api/stripe/webhook"

    def gateway(self, verb: str = "serve", *options: str, **environment: str) -> Child:
        """A gateway process that is not started yet. Its limits are out of the way, its deadlines are the real ones."""
        settings = {
            "STRIPE_API_KEY": STRIPE_KEY,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": self.stripe_base or self.sandbox_url,
            "DATABASE_URL": self.database_url,
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_RATE_LIMIT": "1000000/minute",
            "GATEWAY_STRIPE_RATE_LIMIT": "1000/second",
            "GATEWAY_ADMIN_KEYS": ADMIN_KEY,
            "GATEWAY_RECONCILE_EVERY": "0",
            "GATEWAY_STOREFRONT": "on",
            **self.settings,
        }
        log, chosen = self.folder / f"{verb}.log", settings | environment
        if self.fork_server is not None:
            return ForkedChild(self.fork_server, verb, *options, log=log, environment=chosen)
        return Child(verb, *options, log=log, environment=chosen)

    async def started_gateway(self, **environment: str) -> Child:
        gateway = self.gateway(**environment)
        await gateway.start()
        await gateway.wait_until_it_answers(f"{self.url}/readyz")
        return gateway

    async def run(self, verb: str, *options: str) -> tuple[int, str]:
        """A command from start to end: its exit code, and all that this verb has said so far."""
        command = self.gateway(verb, *options)
        await command.start()
        return await command.wait(), command.said()

    @asynccontextmanager
    async def sandbox(self) -> AsyncIterator[Stripe]:
        webhook = f"{self.webhook_url}={WEBHOOK_SECRET}"
        options: tuple[str, ...] = ("--port", str(self.sandbox_port), "--webhook", webhook)
        if "GATEWAY_CATALOGUE" in self.settings:
            options += ("--catalogue", self.settings["GATEWAY_CATALOGUE"])
        arguments, log = ("sandbox", *options), self.folder / "sandbox.log"
        child = ForkedChild(self.fork_server, *arguments, log=log) if self.fork_server else Child(*arguments, log=log)
        await child.start()
        try:
            await child.wait_until_it_answers(self.sandbox_url)
            async with Stripe(self.sandbox_url, key=STRIPE_KEY) as stripe:
                yield stripe
        finally:
            await child.stop()

    def shop(self) -> Shop:
        return Shop(self.url, webhook_secret=WEBHOOK_SECRET)

    async def migrate(self) -> None:
        code, said = await self.run("migrate")
        assert code == 0, said


@asynccontextmanager
async def open_deployment(
    folder: Path, *, database_url: str | None = None
) -> AsyncIterator[tuple[Deployment, Stripe, Shop]]:
    """Migrated, the sandbox running, the gateway not yet."""
    deployment = Deployment(folder, database_url or f"sqlite://{folder / 'gateway.db'}")
    await deployment.migrate()
    async with deployment.sandbox() as stripe, deployment.shop() as shop:
        yield deployment, stripe, shop
