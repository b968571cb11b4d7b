"""Peers that send hostile bytes to a real `gateway serve`, many at once, and what an honest client notices of them.

`python -m tests.attack` runs every kind of peer and prints a table; the suite runs a few kinds with a few peers.
"""
