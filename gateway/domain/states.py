"""The states that rows are in, beside the status of a payment (`status.py`): stored by these words."""

from enum import StrEnum


class Creation(StrEnum):
    """How far the Checkout Session has come to be: the recovery points of a create."""

    CREATING = "creating"
    LINKED = "linked"
    REFUSED = "refused"


class EventState(StrEnum):
    """What became of an event. `unmatched` and `failed` are tried again."""

    APPLIED = "applied"
    IGNORED = "ignored"
    UNMATCHED = "unmatched"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """What became of a notice to a back end. Only `pending` ones are tried."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after three days."""
    SUPERSEDED = "superseded"
    """Not taken before the news that the payment is paid, which says more."""


class RefundRequestState(StrEnum):
    """How far a refund that an operator asked for has come; what Stripe made of it is a fact of its payment."""

    PENDING = "pending"
    MADE = "made"
    REFUSED = "refused"


class Outcome(StrEnum):
    """How a run ended. `running` for ever means that its process died."""

    RUNNING = "running"
    CLEAN = "clean"
    DIFFERENCES = "differences"
    FAILED = "failed"


class DifferenceKind(StrEnum):
    """Where we and Stripe disagreed."""

    MISSING_HERE = "missing_here"
    """Stripe has a session of ours without a row that owns it."""
    MISSING_THERE = "missing_there"
    """A row of ours whose session Stripe does not have, or that never got one."""
    STATUS = "status"
    AMOUNT = "amount"
