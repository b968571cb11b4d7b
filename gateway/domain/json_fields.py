"""Reading fields of decoded JSON defensively: a missing or misshapen value is None, never an error."""

from collections.abc import Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]

LONGEST_ID = 255
LONGEST_URL = 2048


def text(thing: Object, name: str) -> str | None:
    """A string field, or None where it is missing or something else: PostgreSQL's text takes no NUL."""
    value = thing.get(name)
    return value if isinstance(value, str) and "\x00" not in value else None


def identifier(thing: Object, name: str) -> str | None:
    """A string field that fits the column of an id, or None."""
    value = text(thing, name)
    return value if value and len(value) <= LONGEST_ID else None


def web_url(thing: Object, name: str) -> str | None:
    """An address that a page may link to, or None."""
    value = text(thing, name)
    is_plain = value is not None and value.isprintable() and " " not in value and len(value) <= LONGEST_URL
    return value if value and is_plain and value.startswith(("https://", "http://")) else None


def reference(thing: Object, name: str) -> str | None:
    """The id of another object, whether it is named or expanded."""
    return identifier(thing, name) or identifier(mapping(thing, name), "id")


def number(thing: Object, name: str) -> int | None:
    """An integer that fits a database column and a JSON number, or None."""
    value = thing.get(name)
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return value if fits else None


def minor(thing: Object, name: str) -> int | None:
    """An amount of money: an integer that is not negative, or None."""
    value = number(thing, name)
    return value if value is not None and value >= 0 else None


def currency(thing: Object, name: str = "currency") -> str | None:
    """Three lower-case letters, or None."""
    value = (text(thing, name) or "").lower()
    return value if len(value) == 3 and value.isalpha() and value.isascii() else None


def moment(thing: Object, name: str) -> int | None:
    """Unix seconds within the years a calendar can show, or None."""
    value = number(thing, name)
    return value if value is not None and 0 <= value < 2**33 else None


def mapping(thing: Object, name: str) -> Object:
    """An object field, or the empty object."""
    value = thing.get(name)
    return value if isinstance(value, Mapping) else {}


def objects(thing: Object, name: str) -> Sequence[Object]:
    """The objects of a list field, given as a list or as Stripe's list object; anything else among them is left out."""
    value = thing.get(name)
    if isinstance(value, Mapping):
        value = value.get("data")
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
