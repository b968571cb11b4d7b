"""At /graphql a refusal of the shared layers has GraphQL's shape, since GraphQL clients read no other."""

import pytest

from tests.unit.rest.stand_in import StandIn, client_of


@pytest.mark.parametrize("media_type", ["application/json", "application/graphql-response+json"])
async def test_a_body_too_large_is_refused_as_graphql_errors(media_type: str) -> None:
    async with client_of(StandIn()) as client:
        answer = await client.post("/graphql", content=b"x" * 70_000, headers={"Accept": media_type})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == media_type
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "payload_too_large"}
    assert error["message"]


async def test_graphql_answers_at_exactly_its_path_without_a_redirect() -> None:
    async with client_of(StandIn()) as client:
        bare = await client.post("/graphql", json={"query": "{ __typename }"})
        slashed = await client.post("/graphql/", json={"query": "{ __typename }"})
    assert bare.status_code == 200
    assert slashed.status_code == 404
