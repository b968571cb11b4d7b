"""Media types and origins, row by row."""

import pytest

from gateway.graphql.transport.http_request import Media, negotiate
from gateway.graphql.transport.origin import Origins

URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)
APOLLO_STREAM = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", Media.JSON),
        ("*/*", Media.JSON),
        ("application/json", Media.JSON),
        ("application/graphql-response+json", Media.RESPONSE),
        ("application/graphql-response+json; charset=utf-8", Media.RESPONSE),
        ("application/graphql-response+json, application/json;q=0.9", Media.RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json", Media.JSON),
        ("application/graphql-response+json;q=0, */*", Media.JSON),
        ("text/html,application/xhtml+xml,*/*;q=0.8", Media.JSON),
        ("text/plain", Media.JSON),
        ("text/event-stream", Media.STREAM),
        ("text/event-stream, multipart/mixed", Media.STREAM),
        ("Text/Event-Stream; charset=utf-8", Media.STREAM),
        ("application/json, text/event-stream", Media.JSON),
        (URQL, Media.RESPONSE),
        (APOLLO_STREAM, Media.JSON),
        ("application/json;q=nonsense", Media.JSON),
    ],
)
def test_the_media_type_follows_accept(accept: str, media: Media) -> None:
    assert negotiate(accept) is media


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        (None, True),
        ("http://gateway.example:3002", True),
        ("https://pay.example", True),
        ("https://PAY.example:443", True),
        ("https://shop.example", True),
        ("http://shop.example", False),
        ("https://shop.example.evil.example", False),
        ("http://gateway.example", False),
        ("null", False),
        ("", False),
        ("https://[", False),
    ],
)
def test_only_our_own_and_the_named_origins_are_accepted(origin: str | None, is_ours: bool) -> None:
    origins = Origins(frozenset({"https://pay.example", "https://shop.example"}))
    assert origins.accepts(origin, host="gateway.example:3002") is is_ours
