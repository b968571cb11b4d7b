"""Comparing ourselves with Stripe."""
