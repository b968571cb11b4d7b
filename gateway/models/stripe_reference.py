"""Which payment a Stripe object without a marker belongs to: the intents and invoices that sessions named."""

from tortoise import fields
from tortoise.models import Model


class StripeReference(Model):
    id = fields.CharField(max_length=255, primary_key=True)
    """A PaymentIntent's or an invoice's."""
    payment_id = fields.CharField(max_length=32, db_index=True)

    class Meta:
        table = "stripe_reference"
