"""What Tortoise keeps of a model's table, for SQL written by hand: the one file that reads its private `_meta`."""

from typing import Any

from tortoise.fields import Field
from tortoise.models import Model


def table_of(model: type[Model]) -> str:
    return model._meta.db_table


def field_of(model: type[Model], name: str) -> Field[Any]:
    """Raises KeyError."""
    return model._meta.fields_map[name]


def columns_of(model: type[Model]) -> list[str]:
    """Names of all fields that are columns, in their order."""
    return [name for name in model._meta.fields_map if name in model._meta.db_fields]
