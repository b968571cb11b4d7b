"""Settings → one `Services`, opened and closed in order. The only place where the house is put together."""

import asyncio
import importlib.resources
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from gateway.database import Database
from gateway.domain.catalogue import Catalogue, CatalogueError, parse_catalogue
from gateway.leadership import Leadership
from gateway.models.migrations import SchemaState, schema_state
from gateway.pubsub.bus import Bus
from gateway.pubsub.hub import Hub
from gateway.pubsub.memory import MemoryBus
from gateway.rate_limit.limiter import Limiter
from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.prices import Prices
from gateway.services.checkout.service import CheckoutService
from gateway.services.container import Services
from gateway.services.inbox import InboxService
from gateway.services.operators.feed import FeedService
from gateway.services.operators.service import OperationsService
from gateway.services.operators.statistics import StatisticsService
from gateway.services.payments.refresh import Refresher
from gateway.services.payments.service import PaymentService
from gateway.services.reconciliation.service import ReconciliationService
from gateway.services.recording import rows
from gateway.services.running.admission import AdmissionService
from gateway.services.running.doctor import Doctor
from gateway.services.running.health import HealthService
from gateway.services.running.upkeep import Upkeep
from gateway.settings import Settings, SettingsError
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.client import build_client, close_client
from gateway.stripe_api.gate import Gate

try:
    from gateway.pubsub.redis import RedisBus
    from gateway.rate_limit.shared import SharedStorage
except ImportError:  # the extra [redis] is not installed; one process does not need it
    RedisBus = SharedStorage = None  # type: ignore[assignment,misc]

NO_REDIS = "REDIS_URL is set, but its client is missing. Run: pip install 'payments-gateway[redis]'"


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything running, until the block ends. Raises SettingsError when the catalogue or the schema forbids it."""
    catalogue = load_catalogue(settings)
    async with AsyncExitStack() as stack:
        database = await Database.open(settings)
        stack.push_async_callback(database.close)
        _refuse_unless_current(await database.read(schema_state))
        client = build_client(settings)
        stack.push_async_callback(close_client, client)
        stripe = StripeCheckout(client, Gate(settings.stripe_rate_limit))
        bus, hub = await _listening(stack, settings, database)
        refresher = Refresher(database, stripe, hub)
        ending = asyncio.Event()
        stack.push_async_callback(refresher.stop)
        completer = Completer(database, stripe, refresher)
        stack.push_async_callback(completer.stop)
        limiter = Limiter(settings.rate_limit, _limit_storage(settings))
        stack.push_async_callback(limiter.close)
        inbox = _inbox(settings, database, hub)
        reconciliation = ReconciliationService(
            settings=settings, catalogue=catalogue, database=database, stripe=stripe, refresher=refresher, hub=hub
        )
        stack.push_async_callback(reconciliation.stop)
        yield Services(
            settings=settings,
            catalogue=catalogue,
            checkout=CheckoutService(
                settings=settings,
                catalogue=catalogue,
                database=database,
                stripe=stripe,
                prices=Prices(stripe, settings.currencies),
                refresher=refresher,
                completer=completer,
            ),
            completer=completer,
            payments=PaymentService(database, hub, refresher, ending),
            inbox=inbox,
            reconciliation=reconciliation,
            admission=AdmissionService(settings, limiter),
            health=HealthService(
                database, ending, (lambda: bus.is_heard and limiter.is_shared) if settings.redis_url else None
            ),
            operations=OperationsService(database, inbox),
            statistics=StatisticsService(database),
            feed=FeedService(database, hub),
            upkeep=Upkeep(database),
            leadership=Leadership(settings, ending),
            ending=ending,
        )


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone. Raises SettingsError when its schema is not this program's."""
    database = await Database.open(settings)
    try:
        _refuse_unless_current(await database.read(schema_state))
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_stripe(settings: Settings) -> AsyncIterator[StripeCheckout]:
    """Stripe alone."""
    client = build_client(settings)
    try:
        yield StripeCheckout(client, Gate(settings.stripe_rate_limit))
    finally:
        await close_client(client)


@asynccontextmanager
async def open_doctor(settings: Settings) -> AsyncIterator[Doctor]:
    """Whatever the state of the installation: finding that out is what the doctor is for."""
    database = await Database.open(settings)
    client = build_client(settings)
    try:
        yield Doctor(settings, database, StripeAccount(client))
    finally:
        await close_client(client)
        await database.close()


def load_catalogue(settings: Settings) -> Catalogue:
    """The file of GATEWAY_CATALOGUE, else the guide's seven packages. Raises SettingsError."""
    try:
        if settings.catalogue is None:
            text = (importlib.resources.files("gateway") / "catalogue.toml").read_text("utf-8")
        else:
            text = settings.catalogue.read_text("utf-8")
        return parse_catalogue(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"GATEWAY_CATALOGUE: {settings.catalogue} cannot be read: {error}"]) from error
    except CatalogueError as error:
        raise SettingsError([f"GATEWAY_CATALOGUE: {error}"]) from error


async def read_schema_state(settings: Settings) -> SchemaState:
    """Open the database for this one question."""
    database = await Database.open(settings)
    try:
        return await database.read(schema_state)
    finally:
        await database.close()


async def require_current_schema(settings: Settings) -> None:
    """Raises SettingsError, with the mend, when the schema is behind this program or ahead of it."""
    _refuse_unless_current(await read_schema_state(settings))


async def _listening(stack: AsyncExitStack, settings: Settings, database: Database) -> tuple[Bus, Hub]:
    """The bus that the url picks and the hub upon it, until the stack is unwound."""
    bus = _bus(settings)
    hub = Hub(bus, partial(rows.load_many, database))
    await hub.start()
    stack.push_async_callback(hub.stop)
    return bus, hub


def _bus(settings: Settings) -> Bus:
    """The url picks the making: Redis between processes, memory within one."""
    if settings.redis_url is None:
        return MemoryBus()
    if RedisBus is None:
        raise SettingsError([NO_REDIS])
    return RedisBus(settings.redis_url)


def _limit_storage(settings: Settings) -> BoundedMemoryStorage:
    return BoundedMemoryStorage() if settings.redis_url is None else SharedStorage(settings.redis_url)


def _inbox(settings: Settings, database: Database, hub: Hub) -> InboxService:
    secrets = tuple(secret.get_secret_value() for secret in settings.stripe_webhook_secrets)
    return InboxService(database, hub, secrets=secrets, livemode=settings.livemode)


def _refuse_unless_current(state: SchemaState) -> None:
    if not state.is_current:
        raise SettingsError([state.sentence])
