import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.errors import InvalidRequest
from gateway.http.strict_json import DEEPEST, MOST_DIGITS, read_json


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"null", None),
        (b' {"a": [1, "b"]} ', {"a": [1, "b"]}),
        (b'"\xe4\xbd\xa0"', "你"),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 40),
        (b'"\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', '"' + "[" * 40),
        (b'"123456789012345678901234567890"', "123456789012345678901234567890"),
        (b"[" + b"[]," * 100 + b"{}]", [[]] * 100 + [{}]),
    ],
)
def test_ordinary_json_is_read(body: bytes, value: Any) -> None:
    assert read_json(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"nul",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
        b"[1,]",
        b"{} {}",
        b"\x00",
        b"1" * (MOST_DIGITS + 1),
        b"[-" + b"9" * 4000 + b"]",
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_json(body)


def test_depth_is_counted_exactly_and_strings_do_not_count() -> None:
    read_json(nested(DEEPEST))
    read_json(b'[{"a[": ' + nested(DEEPEST - 2) + b', "b": "]]"}]')
    with pytest.raises(InvalidRequest, match="nested"):
        read_json(nested(DEEPEST + 1))
    with pytest.raises(InvalidRequest, match="nested"):
        read_json(b'[{"]": ' + nested(DEEPEST - 1) + b"}]")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 16384,
        b"[" + b"[]," * 5400 + b"[]]",
        b"[" + (nested(31) + b",") * 260 + b"[]]",
        b"[" * 900 + b"]" * 900,
        b'"' + b'\\"' * 8191,
        b'"' * 16384,
        b"[" + b'"\\\\",' * 3000 + nested(40) + b"]",
        b'["' + b"1" * 16000 + b'"]',
    ],
)
def test_the_worst_body_of_16_kib_is_judged_in_ten_milliseconds(body: bytes) -> None:
    def once() -> float:
        started = time.process_time()
        with suppress(InvalidRequest):
            read_json(body)
        return time.process_time() - started

    assert min(once() for _ in range(5)) < 0.010


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with suppress(InvalidRequest):
        read_json(body)
