"""The whole house on real ports, for the tests of the REST and webhook doors."""

from tests.integration.house import folder, house, migrated

__all__ = ["folder", "house", "migrated"]
