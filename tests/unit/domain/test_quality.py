"""Values of a header with their weights."""

import pytest

from gateway.domain.quality import LONGEST, weighted


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("", []),
        (" , ,", []),
        ("zh", [("zh", 1.0)]),
        ("text/HTML;level=1;q=0.5, */*; Q = 0.1", [("text/html", 0.5), ("*/*", 0.1)]),
        ("a;q=0, b;q=1.0", [("a", 0.0), ("b", 1.0)]),
        ("a;q=high, b;q=, c;q", [("a", 0.0), ("b", 0.0), ("c", 0.0)]),
        ("a;p=0.5", [("a", 1.0)]),
        ("a;q=0.5=0.9", [("a", 0.0)]),
        ("a;q=0.2;q=0.9", [("a", 0.2)]),
    ],
)
def test_values_come_in_the_headers_order_with_their_weights(header: str, read: list[tuple[str, float]]) -> None:
    assert list(weighted(header)) == read


def test_a_header_is_read_to_its_bound() -> None:
    assert list(weighted("a" * (LONGEST - 2) + ",b,c")) == [("a" * (LONGEST - 2), 1.0), ("b", 1.0)]
