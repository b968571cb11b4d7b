"""Deliberate breakages of the gateway, and the tests that must see each of them: `python -m tests.mutants`.

A test that stays green whatever is broken protects nothing. Every breakage is made in a copy, never in the checkout.
"""
