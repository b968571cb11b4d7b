"""Reading a GraphQL request off HTTP, strict about what anybody may send.

Refusals are GatewayErrors, which `gateway.http.refusals` answers in GraphQL's shape.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from gateway.domain.errors import InvalidRequest, PayloadTooLarge
from gateway.domain.language import Text
from gateway.domain.quality import weighted
from gateway.graphql.transport.operations import Request, is_hash_alone
from gateway.http.strict_json import read_json

MAX_BODY_BYTES = 64 * 1024
MAX_URL_PARAMETERS = 20


class Media(StrEnum):
    """What we can answer with."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    STREAM = "text/event-stream"


@lru_cache(maxsize=256)
def negotiate(accept: str) -> Media:
    """The media type to answer with (GraphQL over HTTP, "Media Types").

    A stream only where it is listed first: urql names it last on every plain query. Where we have nothing the client
    names, it gets JSON rather than a refusal.
    """
    wanted = list(weighted(accept))
    if wanted and wanted[0][0] == Media.STREAM:
        return Media.STREAM
    best, most = Media.JSON, 0.0
    for name, weight in wanted:
        media = _OFFERED.get(name)
        if media and weight > most:
            best, most = media, weight
    return best


def asks_for_page(scope: Scope, accept: str) -> bool:
    """A browser's address bar, rather than a client's query."""
    return "text/html" in accept.lower() and b"query=" not in scope["query_string"]


async def read_body(receive: Receive) -> bytes:
    """Raises PayloadTooLarge; ClientDisconnect when the caller left."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        if not message.get("more_body"):
            return bytes(body)


def parse_body(body: bytes) -> Request:
    """Raises InvalidRequest."""
    parameters = read_json(body)
    if isinstance(parameters, list):
        raise _invalid(en="Batches are not accepted; send one operation.", zh="不接受批量请求，请一次发送一个操作。")
    if not isinstance(parameters, dict):
        raise _invalid(en="The body must be a JSON object.", zh="请求内容必须是 JSON 对象。")
    return _request(parameters)


def parse_url(scope: Scope) -> Request:
    """The same parameters from the url, JSON where they are objects. Raises InvalidRequest."""
    try:
        text = scope["query_string"].decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_URL_PARAMETERS)
    except ValueError:
        raise _invalid(en="The url's parameters cannot be read.", zh="无法读取网址参数。") from None
    parameters: dict[str, Any] = {name: value for name, value in pairs if value}
    for name in parameters.keys() & {"variables", "extensions"}:
        parameters[name] = read_json(parameters[name].encode())
    return _request(parameters)


def _request(parameters: dict[str, Any]) -> Request:
    query, variables = parameters.get("query"), parameters.get("variables")
    name, extensions = parameters.get("operationName"), parameters.get("extensions")
    if is_hash_alone(parameters):
        query = None
    elif not isinstance(query, str) or not query:
        raise _invalid(en="`query` must be a GraphQL document.", zh="query 必须是 GraphQL 文档。")
    if not isinstance(variables, dict | None):
        raise _invalid(en="`variables` must be an object.", zh="variables 必须是对象。")
    if not isinstance(name, str | None):
        raise _invalid(en="`operationName` must be a string.", zh="operationName 必须是字符串。")
    if not isinstance(extensions, dict | None):
        raise _invalid(en="`extensions` must be an object.", zh="extensions 必须是对象。")
    return Request(query, variables, name)


def _invalid(*, en: str, zh: str) -> InvalidRequest:
    return InvalidRequest(problem=Text(en=en, zh=zh))


_OFFERED = {Media.RESPONSE.value: Media.RESPONSE} | dict.fromkeys(
    ("application/json", "application/*", "*/*"), Media.JSON
)
