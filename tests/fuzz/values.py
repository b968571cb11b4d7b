"""Values that break readers: one place, so that every fuzzer knows all of them."""

import math
import random
from collections.abc import Callable
from typing import Any

WEIRD = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x7f\x1b[31m",
    "\ud800",
    "\udfff\ud800",
    "🧾",
    "é",
    "ﷺ",
    "\u202e",
    "\ufeff",
    "\u2028",
    "null",
    "NaN",
    "__proto__",
    "constructor",
    "'; DROP TABLE payment; --",
    "%00",
    "%n%s",
    "${jndi:x}",
    "../../etc/passwd",
    "<script>",
    "cs_test_",
    "cs_test_" + "a" * 200,
    "cs_live_" + "a" * 300,
    "evt_" + "x" * 251,
    "evt_" + "x" * 252,
    "price_é",
    "0" * 32,
    "f" * 31,
    "x" * 256,
    "x" * 5000,
    "界" * 300,
)
NUMBERS = (0, -1, 1, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, 2**64, 10**19, 10**30, 10**400)
FLOATS = (0.5, -0.0, 1e308, 1e-308, float("nan"), float("inf"), float("-inf"))


def weird_text(generator: random.Random) -> str:
    if generator.random() < 0.7:
        return generator.choice(WEIRD)
    return "".join(chr(generator.choice([generator.randrange(0x80), generator.randrange(0x3000)])) for _ in range(12))


def any_value(generator: random.Random, *, depth: int = 3) -> Any:
    """Any JSON value, and some that only Python's writer takes for JSON."""
    plain: list[Callable[[], Any]] = [
        lambda: None,
        lambda: generator.random() < 0.5,
        lambda: generator.choice(NUMBERS),
        lambda: generator.choice(FLOATS),
        lambda: weird_text(generator),
        lambda: weird_text(generator),
    ]
    composed: list[Callable[[], Any]] = [
        lambda: [any_value(generator, depth=depth - 1) for _ in range(generator.randrange(4))],
        lambda: {weird_text(generator): any_value(generator, depth=depth - 1) for _ in range(generator.randrange(4))},
        lambda: nested(generator.choice([5, 31, 33, 200]), as_list=generator.random() < 0.5),
    ]
    return generator.choice([*plain, *composed] if depth else plain)()


def nested(levels: int, *, as_list: bool) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if as_list else {"a": value}
    return value


def mutated(generator: random.Random, value: Any, *, chance: float) -> Any:
    """The value with some of its parts exchanged, taken away or doubled."""
    if isinstance(value, dict):
        changed = {}
        for key, part in value.items():
            throw = generator.random()
            if throw < chance / 3:
                continue
            changed[key] = any_value(generator) if throw < chance else mutated(generator, part, chance=chance)
        return changed
    if isinstance(value, list):
        return [mutated(generator, part, chance=chance) for part in value]
    return any_value(generator) if generator.random() < chance else value


def any_bytes(generator: random.Random) -> bytes:
    """Bodies that are no event: no JSON, no UTF-8, too deep, too long, or nothing at all."""
    made = (
        lambda: b"",
        lambda: generator.randbytes(generator.randrange(300)),
        lambda: b"[" * generator.choice([10, 1000, 100_000]),
        lambda: b'{"a":' * 2000 + b"1" + b"}" * 2000,
        lambda: generator.choice([b"null", b"5", b"true", b"[]", b"{}", b'"x"', b"NaN", b"-", b"1e999", b'"\\ud800"']),
        lambda: b'{"object":"event","id":' + b"9" * generator.choice([20, 5000]) + b"}",
        lambda: b'{"object": "event", "id": "evt_1\xff"}',
        lambda: b"\xef\xbb\xbf{}",
        lambda: "{}".encode("utf-16"),
        lambda: b"\x00" * generator.randrange(100),
    )
    return generator.choice(made)()


def writable(value: Any) -> Any:
    """The value without what JSON in UTF-8 cannot say."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case float():
            return value if math.isfinite(value) else 0.5
        case list():
            return [writable(part) for part in value]
        case dict():
            return {writable(key): writable(part) for key, part in value.items()}
        case _:
            return value
