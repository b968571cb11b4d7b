"""A GraphQL gateway in front of Stripe Checkout: create a session, send the buyer, watch the payment."""

__version__ = "0.1.0"
