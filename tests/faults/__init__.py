"""What the gateway does when Stripe is slow, silent, broken or lying: through a proxy that can be each of these.

`python -m tests.faults` runs every scenario at full size and prints its figures; the suite runs the same, smaller.
"""
