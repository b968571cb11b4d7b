"""Stripe's form bodies and query strings: `line_items[0][price]=…`, brackets literal or percent-encoded, and
`expand[]=…`.

Only the nesting is done here; meaning and validation are in `params`. Depth and number of pairs are bounded.
"""

from typing import Any
from urllib.parse import parse_qsl

from gateway.sandbox.errors import invalid

MAX_PAIRS = 1_000
MAX_DEPTH = 8


def parse(encoded: bytes) -> dict[str, Any]:
    """Nested dictionaries of strings; lists are dictionaries whose keys are "0", "1", … Raises StripeRefusal."""
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_PAIRS, errors="strict")
    except ValueError as error:  # too many pairs, or not UTF-8: UnicodeDecodeError is a ValueError
        raise invalid("Invalid request: the body could not be read as a form.") from error
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _place(tree, _path_of(key), value, key)
    return tree


def _path_of(key: str) -> list[str]:
    head, bracket, rest = key.partition("[")
    if not bracket:
        return [head]
    if not rest.endswith("]"):
        raise invalid(f"Invalid request: unbalanced brackets in {key[:60]}.")
    path = [head, *rest[:-1].split("][")]
    if len(path) > MAX_DEPTH:
        raise invalid(f"Invalid request: {key[:60]} is nested too deeply.")
    return path


def _place(tree: dict[str, Any], path: list[str], value: str, key: str) -> None:
    node = tree
    for depth, part in enumerate(path[:-1]):
        name = part or _list_index(node, path[depth + 1])
        child = node.setdefault(name, {})
        if not isinstance(child, dict):
            raise invalid(f"Invalid request: {key[:60]} is given as a value and as an object.")
        node = child
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise invalid(f"Invalid request: {key[:60]} is given as a value and as an object.")
    node[last] = value


def _list_index(node: dict[str, Any], next_part: str) -> str:
    """`a[][b]=1&a[][c]=2` is one element; a repeated `a[][b]` begins the next."""
    last = str(len(node) - 1)
    element = node.get(last)
    if isinstance(element, dict) and next_part and next_part not in element:
        return last
    return str(len(node))
