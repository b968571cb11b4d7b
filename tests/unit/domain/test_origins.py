"""Which origins are pages of the same machine."""

import pytest

from gateway.domain.origins import is_loopback


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("http://localhost:5173", True),
        ("https://LOCALHOST", True),
        ("http://shop.localhost:3000", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:3000", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("ftp://localhost", False),
        ("http://localhost:5173/", False),
        ("null", False),
        ("", False),
    ],
)
def test_pages_of_this_machine_are_known_from_all_others(origin: str, expected: bool) -> None:
    assert is_loopback(origin) is expected
