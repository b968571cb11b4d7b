"""Refunds that operators ask for: the row first, then Stripe, then the facts."""
