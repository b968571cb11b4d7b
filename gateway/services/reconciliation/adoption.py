"""Adopting a session of Stripe's that has no row: one from before the gateway, or one whose row was lost.

The row is made from the session alone and linked at once; what became of it is folded in afterwards like any answer of
Stripe's. Only a session that sells one package of the catalogue is adopted: anything else is not ours to judge.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError

from gateway.domain.callers import ANONYMOUS
from gateway.domain.catalogue import Catalogue
from gateway.domain.identifiers import MARKER, PaymentId, parse_payment_id, parse_session_id
from gateway.domain.json_fields import mapping, number, text
from gateway.domain.states import Creation
from gateway.domain.stripe_event import Mode
from gateway.domain.stripe_objects import asked_by
from gateway.engines.database import Database
from gateway.models import Payment
from gateway.services.reconciliation.compare import CAUSE, patiently
from gateway.services.recording import rows
from gateway.services.recording.recorder import Recorder
from gateway.stripe_api.checkout import Session, StripeCheckout

LONGEST_REFERENCE = 200


class Adopter:
    def __init__(
        self, database: Database, stripe: StripeCheckout, recorder: Recorder, catalogue: Catalogue, *, livemode: bool
    ) -> None:
        self._database = database
        self._recorder = recorder
        self._stripe = stripe
        self._catalogue = catalogue
        self._livemode = livemode

    async def adopt(self, session: Session) -> Payment | None:
        """The new row, still without facts; None when the session is not one of ours. Raises StripeFault.

        Two runs that adopt one session at once end with one row, by the unique session id.
        """
        session_id = parse_session_id(text(session, "id") or "")
        columns = self._columns(session)
        if session_id is None or columns is None:
            return None
        items = await patiently(lambda: self._stripe.line_items(session_id))
        price_id = text(mapping(items[0], "price"), "id") if len(items) == 1 else None
        if price_id is None or self._catalogue.find(price_id) is None:
            return None
        columns |= {"session_id": session_id, "price_id": price_id, "quantity": number(items[0], "quantity") or 1}
        try:
            return await self._recorder.record(lambda recording: recording.begin(columns, cause=CAUSE))
        except IntegrityError:
            return await self._database.read(lambda connection: rows.by_session(connection, session_id))

    def _columns(self, session: Session) -> dict[str, Any] | None:
        """What the session itself says of the row; None for a mode we do not sell in, or the other livemode."""
        asked, created, mode = asked_by(session), number(session, "created"), text(session, "mode")
        if asked is None or created is None or mode not in set(Mode):
            return None
        if session.get("livemode") is not self._livemode:
            return None
        return {
            "id": parse_payment_id(text(mapping(session, "metadata"), MARKER) or "") or PaymentId(uuid.uuid4().hex),
            "currency": asked.currency,
            "expected": {asked.currency: asked.subtotal},
            "caller": ANONYMOUS.label,
            "details": "",
            "creation": Creation.LINKED.value,
            "parameters": {},  # Stripe will never be asked to create it again.
            "request_hash": "",
            "mode": mode,
            "livemode": self._livemode,
            "client_reference_id": (text(session, "client_reference_id") or "")[:LONGEST_REFERENCE] or None,
            "created_at": datetime.fromtimestamp(created, UTC),
        }
