"""Checkouts as Stripe would report them: what happened, and every message about it. Nothing here asks the gateway."""
