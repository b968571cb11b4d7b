"""Several gateways on one PostgreSQL and one Redis, and what must hold when any of them is killed, frozen or flooded.

Every show of the kind is a module: `python -m tests.replicas.<name> --help`; the suite runs each of them smaller.
"""
