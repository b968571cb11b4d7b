"""JSON as anybody may send it: UTF-8, at most 32 deep, no NaN, no endless integers, no lone surrogates.

Every step is linear in the length of the body, and the body has a cap (`reader`). Nothing of the body is quoted back.
"""

import re
from typing import Any

import orjson

from gateway.domain.errors import InvalidRequest
from gateway.domain.language import Text

DEEPEST = 32
MOST_DIGITS = 20

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_ENDLESS_NUMBER = re.compile(rb"[0-9]{%d}" % (MOST_DIGITS + 1))
_ALIKE = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def read_json(body: bytes) -> Any:
    """The value, as Python's own types. Raises InvalidRequest with a sentence that says what is wrong."""
    try:
        # orjson refuses bad UTF-8, lone surrogates, NaN and Infinity, and stops at 1024 levels by itself.
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(problem=_syntax(body, error)) from None
    if body.count(b"[") + body.count(b"{") > DEEPEST and _is_too_deep(body):
        raise InvalidRequest(
            problem=Text(en=f"The body is nested deeper than {DEEPEST} levels.", zh=f"请求内容嵌套超过 {DEEPEST} 层。")
        )
    # orjson would turn an integer beyond 64 bits into a float without a word.
    if _ENDLESS_NUMBER.search(body) and _ENDLESS_NUMBER.search(_STRING.sub(b"", body)):
        raise InvalidRequest(
            problem=Text(
                en=f"The body holds a number of more than {MOST_DIGITS} digits.",
                zh=f"请求内容中有超过 {MOST_DIGITS} 位的数字。",
            )
        )
    return value


def _is_too_deep(body: bytes) -> bool:
    """The brackets are known to match, so one pass of `replace` takes the innermost level away, everywhere at once."""
    brackets = _STRING.sub(b"", body).translate(_ALIKE, _NOT_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _syntax(body: bytes, error: orjson.JSONDecodeError) -> Text:
    if not body.strip():
        return Text(en="The body is empty; send a JSON object.", zh="请求内容为空，请发送 JSON 对象。")
    return Text(
        en=f"The body is not valid JSON in UTF-8 (line {error.lineno}, column {error.colno}).",
        zh=f"请求内容不是有效的 UTF-8 JSON（第 {error.lineno} 行，第 {error.colno} 列）。",
    )
