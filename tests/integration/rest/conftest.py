"""The whole gateway on real ports, for the tests of the REST and webhook entry points."""

from tests.harness.served_gateway import folder, gateway, migrated

__all__ = ["folder", "gateway", "migrated"]
