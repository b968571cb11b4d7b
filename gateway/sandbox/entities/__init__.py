"""Stripe objects as they leave the sandbox: every field that Stripe's own types require is there, nullable ones as
null.

Each builder returns a fresh dictionary of JSON values. They hold no rule: what changes an object is in the verbs
beside.
"""
