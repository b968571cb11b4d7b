"""Services: everything an entry point may call."""

import asyncio
from dataclasses import dataclass, field

from gateway.domain.catalogue import Catalogue
from gateway.engines.database import Database
from gateway.engines.leadership import Leadership
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.price_control import PriceControl
from gateway.services.checkout.service import CheckoutService
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
from gateway.services.payments.service import PaymentService
from gateway.services.reconciliation.service import ReconciliationService
from gateway.services.refunds.service import RefundService
from gateway.services.running.admission import AdmissionService
from gateway.services.running.health import HealthService
from gateway.services.running.installation import InstallationService
from gateway.services.running.upkeep import Upkeep
from gateway.settings import Settings

NESTED_READS_AT_ONCE = 2
"""The database answers first come, first served: a status read must not stand behind hundreds of histories."""


@dataclass(frozen=True, slots=True)
class Services:
    """Built once by `bootstrap`."""

    settings: Settings
    database: Database
    catalogue: Catalogue
    checkout: CheckoutService
    price_control: PriceControl
    completer: Completer
    payments: PaymentService
    refetcher: Refetcher
    inbox: InboxService
    reconciliation: ReconciliationService
    admission: AdmissionService
    health: HealthService
    operators: OperationsService
    search: SearchService
    desk: DeskService
    notices: NoticeService
    refunds: RefundService
    deliveries: DeliveriesService
    export: ExportService
    statistics: StatisticsService
    hourly_sums: HourlySums
    feed: FeedService
    upkeep: Upkeep
    installation: InstallationService
    leadership: Leadership
    ending: asyncio.Event
    """Set when the process is about to end: readiness is red, no work of its own begins, and streams are closed."""

    nested_reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(NESTED_READS_AT_ONCE))
    """For what is read beneath a payment or a run."""

    def drain(self) -> None:
        """The end is near: keep nobody waiting."""
        self.ending.set()
        self.payments.answer_all_who_wait()
