"""The parameters of one request, read with Stripe's validation messages. Every fault names the parameter in full."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from gateway.sandbox.errors import invalid, missing_parameter, unknown_parameters

MAX_METADATA_KEYS = 50
MAX_METADATA_KEY_LENGTH = 40
MAX_METADATA_VALUE_LENGTH = 500
LARGEST_INTEGER_DIGITS = 18

_PERCENTAGE = re.compile(r"\d{1,3}(\.\d{1,2})?")


class Params:
    """A nested form with the name under which it was sent, so that errors can say `line_items[0][price]`."""

    def __init__(self, tree: dict[str, Any], prefix: str = "") -> None:
        self._tree = tree
        self._prefix = prefix

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def full_name(self, name: str) -> str:
        return f"{self._prefix}[{name}]" if self._prefix else name

    def allow(self, names: Iterable[str]) -> None:
        """Refuse whatever is not named."""
        known = {*names, "expand"}
        unknown = [self.full_name(name) for name in self._tree if name not in known]
        if unknown:
            raise unknown_parameters(unknown)

    def text(self, name: str, *, max_length: int = 5_000) -> str | None:
        value = self._tree.get(name)
        if value is None:
            return None
        full = self.full_name(name)
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {full} is an object.", param=full)
        if value == "":
            raise invalid(
                f"You passed an empty string for '{full}'. We assume empty values are an attempt to unset a "
                f"field; however '{full}' cannot be unset. You should remove '{full}' from your request or supply a "
                f"non-empty value.",
                param=full,
                code="parameter_invalid_empty",
            )
        if len(value) > max_length:
            message = f"Invalid string: {value[:10]}...{value[-5:]}; must be at most {max_length} characters"
            raise invalid(message, param=full)
        return value

    def required_text(self, name: str, *, max_length: int = 5_000) -> str:
        value = self.text(name, max_length=max_length)
        if value is None:
            raise missing_parameter(self.full_name(name))
        return value

    def integer(self, name: str, *, least: int | None = None, most: int | None = None) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        full = self.full_name(name)
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= LARGEST_INTEGER_DIGITS):
            raise invalid(f"Invalid integer: {value[:30]}", param=full, code="parameter_invalid_integer")
        number = int(value)
        if least is not None and number < least:
            message = f"This value must be greater than or equal to {least}."
            raise invalid(message, param=full, code="parameter_invalid_integer")
        if most is not None and number > most:
            message = f"This value must be less than or equal to {most}."
            raise invalid(message, param=full, code="parameter_invalid_integer")
        return number

    def percentage(self, name: str) -> float | None:
        """More than 0 and at most 100, with two decimals at most."""
        value = self.text(name)
        if value is None:
            return None
        if not (_PERCENTAGE.fullmatch(value) and 0 < float(value) <= 100):
            raise invalid(f"Invalid decimal: {value[:30]}", param=self.full_name(name))
        return float(value)

    def boolean(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise invalid(f"Invalid boolean: {value[:30]}", param=self.full_name(name))
        return value.lower() == "true"

    def choice(self, name: str, options: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in options:
            listed = ", ".join(options[:-1]) + f", or {options[-1]}"
            raise invalid(f"Invalid {name}: must be one of {listed}", param=self.full_name(name))
        return value

    def url(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not _is_web_url(value):
            raise invalid("Not a valid URL", param=self.full_name(name), code="url_invalid")
        return value

    def mapping(self, name: str) -> "Params":
        """The object sent under this name; an empty one if there is none."""
        value = self._tree.get(name, {})
        full = self.full_name(name)
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=full)
        return Params(value, full)

    def named(self, name: str) -> list[tuple[str, "Params"]]:
        """The elements of a mapping from free keys (currencies) to objects."""
        mapping = self.mapping(name)
        return [(key, mapping.mapping(key)) for key in mapping._tree]

    def is_mapping(self, name: str) -> bool:
        return isinstance(self._tree.get(name), dict)

    def items(self, name: str) -> list["Params"]:
        """The elements of a list of objects, in the order of their indices."""
        return [self._element(name, key, value) for key, value in self._entries(name)]

    def texts(self, name: str) -> list[str]:
        """The elements of a list of strings."""
        return [value for _, value in self._entries(name) if isinstance(value, str)]

    def metadata(self, *, unset_empty: bool = False) -> dict[str, str]:
        """Checked `metadata`; empty values stay only when the caller wants to know which keys to unset."""
        value = self._tree.get("metadata", {})
        full = self.full_name("metadata")
        if value == "":
            return {}
        if not isinstance(value, dict) or any(not isinstance(text, str) for text in value.values()):
            raise invalid("Invalid metadata: it must be a flat object of strings.", param=full)
        if len(value) > MAX_METADATA_KEYS:
            raise invalid(f"You cannot have more than {MAX_METADATA_KEYS} metadata keys.", param=full)
        for key, text in value.items():
            self._check_metadata_length(key, text)
        return {key: text for key, text in value.items() if text != "" or unset_empty}

    def _check_metadata_length(self, key: str, text: str) -> None:
        full = self.full_name("metadata")
        if len(key) > MAX_METADATA_KEY_LENGTH:
            message = f"Metadata keys can be up to {MAX_METADATA_KEY_LENGTH} characters long."
            raise invalid(message, param=full)
        if len(text) > MAX_METADATA_VALUE_LENGTH:
            message = (
                f"Metadata values can have up to {MAX_METADATA_VALUE_LENGTH} characters, but you passed in a "
                f"value that is {len(text)} characters."
            )
            raise invalid(message, param=f"{full}[{key}]")

    def _entries(self, name: str) -> list[tuple[str, Any]]:
        value = self._tree.get(name, {})
        if not isinstance(value, dict) or any(
            not (key.isascii() and key.isdecimal() and len(key) <= 6) for key in value
        ):
            raise invalid("Invalid array", param=self.full_name(name))
        return sorted(value.items(), key=lambda entry: int(entry[0]))

    def _element(self, name: str, key: str, value: Any) -> "Params":
        full = f"{self.full_name(name)}[{key}]"
        if not isinstance(value, dict):
            raise invalid("Invalid object", param=full)
        return Params(value, full)


def merge_metadata(current: dict[str, str], change: dict[str, str]) -> dict[str, str]:
    """Stripe's update rule: keys given replace, empty values remove, all others stay."""
    return {key: text for key, text in {**current, **change}.items() if text != ""}


def _is_web_url(value: str) -> bool:
    if any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
