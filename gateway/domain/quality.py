"""Preferences in a header: values with a weight, as `Accept` and `Accept-Language` have them (RFC 9110 §12.4.2)."""

from collections.abc import Iterator

LONGEST = 1000
"""Characters that are read; what follows is a caller's own fault."""


def weighted(header: str) -> Iterator[tuple[str, float]]:
    """(value in lower case, its `q`) in the header's order. A weight that is no number counts as 0, none as 1."""
    for part in header[:LONGEST].lower().split(","):
        value, *parameters = (piece.strip() for piece in part.split(";"))
        if value:
            yield value, _weight(parameters)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
