"""The cache answers as the honest path does, and stays small."""

import pytest
from graphql import GraphQLError

from gateway.graphql.schema import build_schema
from gateway.graphql.transport.document_cache import MAX_DOCUMENTS, MAX_TEXT_CHARACTERS, DocumentCache, Rules
from tests.unit.graphql.documents import BOMBS

GOOD = (
    "{ prices { id } }",
    "query One { prices { id } } query Two { __typename }",
    "subscription ($id: ID!) { paymentStatus(sessionId: $id) { status } }",
)


@pytest.fixture
def cache() -> DocumentCache:
    return DocumentCache(Rules(build_schema()._schema, introspection=False))


@pytest.mark.parametrize("text", [*GOOD, *BOMBS.values()])
def test_warm_and_cold_answer_alike(text: str, cache: DocumentCache) -> None:
    cold = _reported(DocumentCache(cache.rules), text)
    assert [_reported(cache, text), _reported(cache, text)] == [cold, cold]


def test_a_warm_document_is_not_parsed_again(cache: DocumentCache) -> None:
    _reported(cache, GOOD[0])
    assert cache.get(GOOD[0]) is cache.get(GOOD[0])


def test_what_was_refused_is_not_kept(cache: DocumentCache) -> None:
    _reported(cache, "{ nothing }")
    assert cache.get("{ nothing }") is not cache.get("{ nothing }")


def test_it_forgets_what_was_used_longest_ago(cache: DocumentCache) -> None:
    _reported(cache, GOOD[0])
    kept = cache.get(GOOD[0])
    for number in range(MAX_DOCUMENTS * 2):
        _reported(cache, f"query Q{number} {{ prices {{ id }} }}")
        assert cache.get(GOOD[0]) is kept
    assert len(cache._kept) == MAX_DOCUMENTS


def test_it_is_bounded_by_text_too(cache: DocumentCache) -> None:
    for number in range(40):
        _reported(cache, f"{{ prices {{ id }} }} #{number}" + "x" * 10_000)
    assert sum(map(len, cache._kept)) == cache._characters <= MAX_TEXT_CHARACTERS


@pytest.mark.parametrize(
    ("name", "message"), [(None, "Name one of the document's operations"), ("Three", 'no operation named "Three"')]
)
def test_an_operation_that_cannot_be_meant_is_refused(name: str | None, message: str, cache: DocumentCache) -> None:
    with pytest.raises(GraphQLError, match=message):
        cache.get(GOOD[1]).operation(name)


def _reported(cache: DocumentCache, text: str) -> list[str]:
    try:
        document = cache.get(text)
    except GraphQLError as error:
        return [error.message]
    return [error.message for error in cache.validate(text, document)]


def test_what_is_kept_knows_its_places_without_its_tokens(cache: DocumentCache) -> None:
    text = "{\n  prices { id }\n}"
    document = cache.get(text)
    assert cache.validate(text, document) == []
    kept = cache.get(text).node
    field = kept.definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
    assert kept.loc
    assert kept.loc.start_token is None
    assert field.loc.start_token is None
    assert [place.formatted for place in GraphQLError("x", field).locations or ()] == [{"line": 2, "column": 3}]
