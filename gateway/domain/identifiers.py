"""The ids we hand around, typed, and checked once at the edge.

A typed id says where a string came from; a parser says whether a string from outside may become one. Nothing here
asks whether the thing exists.
"""

import hashlib
import re
from typing import NewType

PaymentId = NewType("PaymentId", str)
"""Our row's id: 32 hex digits. It travels to Stripe in `metadata`, and comes back in events."""

SessionId = NewType("SessionId", str)
InstanceId = NewType("InstanceId", str)
"""Which installation of the gateway made a session: 32 hex digits."""
EventId = NewType("EventId", str)
PriceId = NewType("PriceId", str)

MARKER = "gateway_payment_id"
"""The metadata key under which our row's id travels through Stripe: a hint where to look, never a proof."""
INSTANCE_MARKER = "gateway_instance"
"""The metadata key that names the installation, so that two gateways on one account leave each other alone."""

REFUND_MARKER = "gateway_refund_id"
"""The metadata key of a refund that an operator asked for: the id of our row."""

_PRICE = re.compile(r"price_[A-Za-z0-9]{1,200}")
_SESSION = re.compile(r"cs_(?:test|live)_[A-Za-z0-9]{1,200}")
_PAYMENT = re.compile(r"[0-9a-f]{32}")


def email_hash(address: str) -> str:
    """By which a buyer's e-mail is found and never read: 32 hex digits, whatever the case of its letters."""
    return hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]


def parse_price_id(text: str) -> PriceId | None:
    """`price_…` as Stripe writes it, or None."""
    return PriceId(text) if _PRICE.fullmatch(text) else None


def parse_session_id(text: str) -> SessionId | None:
    """`cs_test_…` or `cs_live_…`, or None: a caller answers None exactly as an unknown id."""
    return SessionId(text) if _SESSION.fullmatch(text) else None


def parse_instance_id(text: str) -> InstanceId | None:
    """An installation's id as read back from somebody's metadata, or None."""
    return InstanceId(text) if _PAYMENT.fullmatch(text) else None


def parse_payment_id(text: str) -> PaymentId | None:
    """Our own marker as read back from somebody's metadata, or None."""
    return PaymentId(text) if _PAYMENT.fullmatch(text) else None
