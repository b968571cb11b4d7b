"""One purchase: what was asked, how far its session has come to be, and the folded facts.

The row is written before Stripe is called, so that every event finds it whenever it arrives. `status`, `is_final`,
`is_settled`, `has_questions` and `attempts_seen` repeat what facts and attempts say, for queries and for readers; the
recorder is their only writer.
"""

from tortoise import fields
from tortoise.models import Model

from gateway.domain.states import Creation


class Payment(Model):
    id = fields.CharField(max_length=32, primary_key=True)
    session_id = fields.CharField(max_length=255, null=True, unique=True)

    price_id = fields.CharField(max_length=255)
    quantity = fields.IntField()
    currency = fields.CharField(max_length=3)
    """What the price is pinned to, or the first that it offers."""
    expected: dict[str, int] = fields.JSONField()
    """What we thought it would cost, in minor units by currency: a control that is kept for ever, never the judge."""
    asked: dict[str, object] | None = fields.JSONField(null=True)
    """What Stripe asks the buyer for. While the session is open it is shown and counts for nothing."""
    mode = fields.CharField(max_length=12)
    livemode = fields.BooleanField()
    client_reference_id = fields.CharField(max_length=200, null=True)
    email_hash = fields.CharField(max_length=32, null=True, db_index=True)
    """Of the buyer's e-mail (`domain.identifiers`), for operators who search by it; pruned with the details."""
    items: list[list[object]] | None = fields.JSONField(null=True)
    """`[price id, quantity]` of each line, where more than one is sold; the first is `price_id` and `quantity`."""
    metadata: dict[str, str] | None = fields.JSONField(null=True)
    """The caller's own, as it was given."""

    caller = fields.CharField(max_length=120)
    """`anonymous`, `signed`, or `operator:<name>`: who made the purchase."""
    allow_repeat = fields.BooleanField(default=False)
    purchase_key = fields.CharField(max_length=64, null=True, db_index=True)
    """One purchase of a known caller: reference, prices and quantity; null for anybody else."""
    open_key = fields.CharField(max_length=64, null=True, unique=True)
    """The purchase key while this is the row that is open for it: parallel calls agree by its being unique."""
    details = fields.CharField(max_length=64)
    """A hash of what else must be the same for an open session to be handed back."""
    request_hash = fields.CharField(max_length=64)
    has_details = fields.BooleanField(default=True)
    """`parameters` still holds what Stripe was asked with, the buyer's e-mail among it; pruned after a while."""

    creation = fields.CharField(max_length=10, default=Creation.CREATING.value)
    attempt = fields.IntField(default=1)
    """Part of the key we send Stripe; raised only when a try is known to have ended without a session."""
    parameters: dict[str, object] = fields.JSONField()
    """What Stripe is asked for, stored before the first try so that every retry is the same request."""
    refusal = fields.CharField(max_length=40, null=True)
    tried_at = fields.DatetimeField(null=True)
    """When background work last took it up: the completer, or a question to Stripe."""
    url = fields.TextField(null=True)
    expires_at = fields.DatetimeField(null=True)

    facts: dict[str, object] = fields.JSONField()
    attempts_seen: dict[str, object] = fields.JSONField()
    status = fields.CharField(max_length=20)
    is_final = fields.BooleanField(default=False)
    is_settled = fields.BooleanField(default=False)
    """Nothing is expected to move any more; reconciliation looks at everything else, however old."""
    answered: list[str] = fields.JSONField()
    """Questions to Stripe that were asked and answered, so that none is asked twice."""
    has_questions = fields.BooleanField(default=False)
    movements = fields.IntField(default=0)
    """How many rows of the journal are its own."""
    version = fields.IntField(default=1)
    """What clients count: grows by one with every visible change."""
    revision = fields.IntField(default=1)
    """What writers compare: grows with every write, visible or not."""
    seal = fields.CharField(max_length=100, null=True)
    """Over status, facts, what was asked and the sums of the journal, by the audit key that it names."""

    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    retrieved_at = fields.DatetimeField(null=True)
    """When Stripe last answered what became of it."""

    class Meta:
        table = "payment"
        indexes = (
            ("creation", "tried_at"),
            ("is_final", "created_at"),
            ("is_settled", "created_at"),
            ("has_questions", "tried_at"),
            ("has_details", "is_final", "updated_at"),
            ("created_at", "id"),
            ("status", "created_at", "id"),
            ("price_id", "created_at", "id"),
            ("client_reference_id", "price_id"),
        )
