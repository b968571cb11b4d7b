"""The messages of one story: ids and times that are the same in every run, and events in the version asked for."""

import copy
from collections.abc import Mapping
from typing import Any

from gateway.domain.facts import Conversion
from tests.scenarios import objects
from tests.scenarios.delivery import Channel, Delivery
from tests.scenarios.objects import Object
from tests.scenarios.old_versions import converted, old_invoice

BEGAN_AT = 1_790_000_000


class Messages:
    """What was sent so far. The clock moves ten seconds with each thing that is created or reported.

    `conversion`: events come in an old version that shows the buyer's currency. `old_invoices`: invoices in events
    name their intent themselves.
    """

    def __init__(self, *, conversion: Conversion | None = None, old_invoices: bool = False) -> None:
        self.deliveries: list[Delivery] = []
        self.now = BEGAN_AT
        self._conversion = conversion
        self._old_invoices = old_invoices
        self._after: frozenset[int] = frozenset()
        self._numbers: dict[str, int] = {}

    def emit(self, event_type: str, thing: Object) -> None:
        """An event that shows the object as it is now."""
        shown = copy.deepcopy(thing)
        if self._conversion is not None:
            shown = converted(shown, self._conversion)
        event = objects.event(event_id=self.mint("evt"), event_type=event_type, created=self.tick(), thing=shown)
        self.deliver(event_type, Channel.WEBHOOK, event)

    def emit_invoice(self, event_type: str, invoice: Object, intent_id: str | None) -> None:
        self.emit(event_type, old_invoice(invoice, intent_id) if self._old_invoices else invoice)

    def emit_invoice_payment(self, invoice: Object, intent_id: str) -> None:
        """Older versions have no such object."""
        if not self._old_invoices:
            paying = invoice_payment(invoice, intent_id)
            self.emit("invoice_payment.paid", paying | {"amount_paid": invoice["amount_paid"], "status": "paid"})

    def deliver(
        self, label: str, channel: Channel, payload: Mapping[str, Any], *, after: frozenset[int] = frozenset()
    ) -> None:
        self.deliveries.append(Delivery(label, channel, payload, self._after | after))

    def request_cancel(self) -> None:
        """Our own request, recorded before Stripe is called: all that follows comes to us after it."""
        self.deliver("our cancel request", Channel.CANCEL, {})
        self._after |= {len(self.deliveries) - 1}

    def request_cancel_when_final(self) -> None:
        """Our own request on a row that the last message has made final: it is refused and leaves no trace."""
        made_final = frozenset({len(self.deliveries) - 1})
        self.deliver("our cancel request (refused)", Channel.CANCEL, {}, after=made_final)

    def mint(self, prefix: str) -> str:
        number = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}_3Scenario{number:015d}"

    def tick(self) -> int:
        self.now += 10
        return self.now


def invoice_payment(invoice: Object, intent_id: str) -> Object:
    return objects.invoice_payment(
        payment_id="inpay_" + invoice["id"], created=invoice["created"], invoice=invoice, intent_id=intent_id
    )
