"""However silent Stripe is, a call that changes something is answered within its own deadline."""

import asyncio

import pytest

from gateway.domain.errors import StripeUnavailable
from gateway.services.checkout import service
from tests.integration.services.rig import House
from tests.integration.services.stripe_front import CREATE, EXPIRE, Fault

PATIENCE_SECONDS = 15.0
"""Less than Stripe's own client waits in all, and far more than the deadline as it is set here."""


async def test_a_create_and_a_cancel_end_by_their_deadline(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = await house.created()  # By now the price is known.
    monkeypatch.setattr(service, "DEADLINE_SECONDS", 0.2)
    house.front.next(CREATE, *[Fault.SILENCE] * 5)
    house.front.next(EXPIRE, *[Fault.SILENCE] * 5)
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(StripeUnavailable):
            await house.create()
        with pytest.raises(StripeUnavailable):
            await house.services.checkout.cancel(session_id)
    house.front.calm()
