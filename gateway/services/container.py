"""What the gateway does. The only storey where a transaction opens; doors call it and translate."""

import asyncio
from dataclasses import dataclass

from gateway.domain.catalogue import Catalogue
from gateway.leadership import Leadership
from gateway.services.checkout.completion import Completer
from gateway.services.checkout.service import CheckoutService
from gateway.services.inbox import InboxService
from gateway.services.operators.feed import FeedService
from gateway.services.operators.service import OperationsService
from gateway.services.operators.statistics import StatisticsService
from gateway.services.payments.service import PaymentService
from gateway.services.reconciliation.service import ReconciliationService
from gateway.services.running.admission import AdmissionService
from gateway.services.running.health import HealthService
from gateway.services.running.upkeep import Upkeep
from gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a door may call, built once by `bootstrap`."""

    settings: Settings
    catalogue: Catalogue
    checkout: CheckoutService
    completer: Completer
    payments: PaymentService
    inbox: InboxService
    reconciliation: ReconciliationService
    admission: AdmissionService
    health: HealthService
    operations: OperationsService
    statistics: StatisticsService
    feed: FeedService
    upkeep: Upkeep
    leadership: Leadership
    ending: asyncio.Event
    """Set when the process is about to end: readiness is red, no work of its own begins, and streams are closed."""

    def drain(self) -> None:
        """Tell everybody that the end is near, and keep nobody waiting."""
        self.ending.set()
        self.payments.answer_all_who_wait()
