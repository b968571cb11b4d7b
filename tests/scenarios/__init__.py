"""Checkouts as Stripe would tell them: what happened, and every message that says so. Nothing here asks the gateway."""
