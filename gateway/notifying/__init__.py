"""Signed notices to the shop's back ends, over HTTP."""
