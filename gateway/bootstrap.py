"""Settings → one `Services`, opened and closed in order. The only place where they are put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from gateway.domain.catalogue import Catalogue
from gateway.engines.database import Database
from gateway.engines.leadership import Leadership
from gateway.notifying.sender import NoticeSender
from gateway.openers import audit_keys, load_catalogue, require_current
from gateway.pubsub.bus import Bus
from gateway.pubsub.hub import Hub
from gateway.pubsub.memory import MemoryBus
from gateway.rate_limit.limiter import Limiter
from gateway.rate_limit.memory import BoundedMemoryStorage
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.price_control import PriceControl
from gateway.services.checkout.prices import Prices
from gateway.services.checkout.service import CheckoutService
from gateway.services.container import Services
from gateway.services.inbox import InboxService
from gateway.services.notices.service import NoticeService
from gateway.services.operators.deliveries import DeliveriesService
from gateway.services.operators.desk import DeskService
from gateway.services.operators.export import ExportService
from gateway.services.operators.feed import FeedService
from gateway.services.operators.hourly_sums import HourlySums
from gateway.services.operators.search import SearchService
from gateway.services.operators.service import OperationsService
from gateway.services.operators.statistics import StatisticsService
from gateway.services.payments.refetch import Refetcher
from gateway.services.payments.refresh import Refresher
from gateway.services.payments.service import PaymentService
from gateway.services.reconciliation.service import ReconciliationService
from gateway.services.recording import rows
from gateway.services.recording.events import Ours
from gateway.services.recording.history import newest_key_id
from gateway.services.recording.recorder import Recorder
from gateway.services.refunds.service import RefundService
from gateway.services.running import installation
from gateway.services.running.admission import AdmissionService
from gateway.services.running.health import HealthService
from gateway.services.running.installation import InstallationService
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


@dataclass(frozen=True, slots=True)
class _Parts:
    """What services are made of, opened already."""

    settings: Settings
    catalogue: Catalogue
    database: Database
    stripe: StripeCheckout
    bus: Bus
    hub: Hub
    limiter: Limiter
    recorder: Recorder
    refresher: Refresher
    refetcher: Refetcher
    completer: Completer
    reconciliation: ReconciliationService
    notices: NoticeService
    installed: InstallationService


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything running, until the block ends. Raises SettingsError when the catalogue or the schema forbids it."""
    catalogue = load_catalogue(settings)
    async with AsyncExitStack() as stack:
        yield _services(await _parts(stack, settings, catalogue))


async def _parts(stack: AsyncExitStack, settings: Settings, catalogue: Catalogue) -> _Parts:
    database = await Database.open(settings)
    stack.push_async_callback(database.close)
    await require_current(database)
    client = build_client(settings)
    stack.push_async_callback(close_client, client)
    stripe = StripeCheckout(client, Gate(settings.stripe_rate_limit))
    installed = await _installation(settings, database, StripeAccount(client), stripe)
    bus, hub = await _listening(stack, settings, database)
    recorder = Recorder(database, hub, audit_keys(settings))
    refresher = Refresher(stripe, recorder)
    parts = _Parts(
        settings=settings,
        catalogue=catalogue,
        database=database,
        stripe=stripe,
        bus=bus,
        hub=hub,
        limiter=Limiter(settings.rate_limit, _limit_storage(settings)),
        recorder=recorder,
        refresher=refresher,
        refetcher=Refetcher(database, stripe, recorder, livemode=settings.livemode),
        completer=Completer(database, stripe, refresher, livemode=settings.livemode),
        reconciliation=ReconciliationService(
            settings=settings,
            catalogue=catalogue,
            database=database,
            stripe=stripe,
            recorder=recorder,
            installation=lambda: installed.current,
        ),
        notices=NoticeService(database, recorder, _notice_sender(settings), settings.notify_urls),
        installed=installed,
    )
    recorder.asks = parts.refetcher.start
    for part in (refresher, parts.refetcher, parts.completer, parts.reconciliation, parts.notices):
        stack.push_async_callback(part.stop)
    stack.push_async_callback(parts.limiter.close)
    return parts


def _services(parts: _Parts) -> Services:
    settings, database = parts.settings, parts.database
    control, ending = PriceControl(database, parts.stripe, parts.catalogue), asyncio.Event()
    inbox = _inbox(settings, database, parts.recorder, parts.installed)
    return Services(
        settings=settings,
        database=database,
        catalogue=parts.catalogue,
        checkout=_checkout(parts, control),
        price_control=control,
        completer=parts.completer,
        payments=PaymentService(
            database,
            parts.hub,
            parts.refresher,
            ending,
            livemode=settings.livemode,
            fulfilment=parts.notices.fulfilment,
        ),
        refetcher=parts.refetcher,
        inbox=inbox,
        reconciliation=parts.reconciliation,
        admission=AdmissionService(settings, parts.limiter),
        health=HealthService(
            database,
            ending,
            lambda: parts.installed.contradiction,
            (lambda: parts.bus.is_heard and parts.limiter.is_shared) if settings.redis_url else None,
        ),
        operators=OperationsService(database, inbox),
        search=SearchService(database),
        desk=DeskService(database),
        notices=parts.notices,
        refunds=RefundService(
            database,
            parts.stripe,
            parts.recorder,
            lambda: parts.installed.current,
            livemode=settings.livemode,
        ),
        deliveries=DeliveriesService(database),
        export=ExportService(database),
        statistics=StatisticsService(database),
        hourly_sums=HourlySums(database),
        feed=FeedService(database, parts.hub),
        upkeep=Upkeep(database, details_kept=timedelta(seconds=settings.keep_buyer_details_seconds)),
        installation=parts.installed,
        leadership=Leadership(settings, ending),
        ending=ending,
    )


def _checkout(parts: _Parts, control: PriceControl) -> CheckoutService:
    return CheckoutService(
        settings=parts.settings,
        catalogue=parts.catalogue,
        database=parts.database,
        stripe=parts.stripe,
        prices=Prices(parts.stripe, parts.settings.currencies),
        refresher=parts.refresher,
        completer=parts.completer,
        recorder=parts.recorder,
        control=control,
        installation=lambda: parts.installed.current,
    )


async def require_writable(services: Services) -> None:
    """Raises SettingsError when the history was chained with a key and none is given: a line without a key after one
    with a key is what a forger would write."""
    if services.settings.audit_keys:
        return
    key_id = await services.database.read(newest_key_id)
    if key_id is not None:
        raise SettingsError(
            [
                f"GATEWAY_AUDIT_KEY is missing: the history was chained with the key {key_id}. Give that key; if it is "
                "lost, give a new one, and `gateway audit verify` will name the lines that nobody can judge."
            ]
        )


async def _listening(stack: AsyncExitStack, settings: Settings, database: Database) -> tuple[Bus, Hub]:
    """The bus that the url picks and the hub upon it, until the stack is unwound."""
    bus = _bus(settings)
    hub = Hub(bus, partial(rows.load_many, database), partial(rows.versions_of, database))
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


def _notice_sender(settings: Settings) -> NoticeSender:
    return NoticeSender([secret.get_secret_value() for secret in settings.notify_secrets])


def _limit_storage(settings: Settings) -> BoundedMemoryStorage:
    return BoundedMemoryStorage() if settings.redis_url is None else SharedStorage(settings.redis_url)


async def _installation(
    settings: Settings, database: Database, account: StripeAccount, stripe: StripeCheckout
) -> InstallationService:
    """Written at the first start with a key; a command that needs none writes nothing. Raises SettingsError."""
    if settings.has_stripe:
        return await InstallationService.open(database, account, stripe, livemode=settings.livemode)
    return InstallationService(database, account, stripe, await database.read(installation.peek))


def _inbox(settings: Settings, database: Database, recorder: Recorder, installed: InstallationService) -> InboxService:
    secrets = tuple(secret.get_secret_value() for secret in settings.stripe_webhook_secrets)

    def ours() -> Ours:
        view = installed.current
        return Ours(settings.livemode, view.account, view.instances)

    return InboxService(database, recorder, secrets=secrets, ours=ours)
