"""The gateway killed again and again, under traffic, and what is left held against what Stripe knows.

`python -m tests.kill_loop --kills 200` prints the figures; the suite runs a few kills of it.
"""
