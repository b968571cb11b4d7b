"""A pretend Stripe: its API, its hosted checkout page and its webhooks, as one ASGI app that knows nothing of the
gateway.

It moves no money, stores no full card number but those of its own test table, and accepts test keys only.
"""
