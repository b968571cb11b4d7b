"""Identifiers shaped like Stripe's, so that a validation written against them also accepts live ones."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits


def mint(prefix: str) -> str:
    """A fresh id: `cs_test_a1` + 56 characters for sessions, 14 for the older kinds, 24 for the rest."""
    if prefix == "cs":
        return "cs_test_a1" + _random(56)
    if prefix == "acct":
        return f"acct_1{_random(15)}"
    if prefix in ("prod", "cus", "req", "si"):
        return f"{prefix}_{_random(14)}"
    generation = "3" if prefix in ("pi", "ch", "re", "txn") else "1"
    return f"{prefix}_{generation}{_random(23)}"


def client_secret(owner_id: str) -> str:
    """The browser-side secret of a PaymentIntent."""
    return f"{owner_id}_secret_{_random(25)}"


def fingerprint() -> str:
    """A card fingerprint: 16 characters that say nothing."""
    return _random(16)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
