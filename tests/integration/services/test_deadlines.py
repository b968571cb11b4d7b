"""However silent Stripe is, a call that changes something is answered within its own deadline."""

import asyncio

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.services.checkout import service
from tests.harness.bare_gateway import BareGateway
from tests.harness.stripe_front import CREATE, EXPIRE, Fault

PATIENCE_SECONDS = 15.0
"""Less than Stripe's own client waits in all, and far more than the deadline as it is set here."""


async def test_a_create_and_a_cancel_end_by_their_deadline(
    gateway: BareGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = await gateway.created()  # By now the price is known.
    monkeypatch.setattr(service, "DEADLINE_SECONDS", 0.2)
    gateway.front.next(CREATE, *[Fault.SILENCE] * 5)
    gateway.front.next(EXPIRE, *[Fault.SILENCE] * 5)
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(StripeUnavailable):
            await gateway.create()
        with pytest.raises(StripeUnavailable):
            await gateway.services.checkout.cancel(session_id)
    gateway.front.calm()
