import pytest

from gateway.domain import errors

from .stand_in import PAID, SESSION, UNPAID, StandIn, assert_envelope, client_of

PATH = f"/api/check-payment-status/{SESSION}"


async def test_the_status_is_the_whole_body() -> None:
    async with client_of(StandIn()) as client:
        response = await client.get(PATH)
    assert response.status_code == 200
    assert response.json() == {"status": "unpaid"}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["ratelimit-limit"] == "100"


@pytest.mark.parametrize("template", ["{}", "W/{}", '"x", {}', "*"])
async def test_a_known_etag_is_answered_304_until_the_payment_changes(template: str) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        tag = (await client.get(PATH)).headers["etag"]
        known = {"If-None-Match": template.format(tag)}
        unchanged = await client.get(PATH, headers=known)
        stand_in.snapshot = PAID
        changed = await client.get(PATH, headers=known)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == tag
    assert unchanged.headers["ratelimit-remaining"] == "98"
    assert changed.status_code == (304 if template == "*" else 200)


@pytest.mark.parametrize("session_id", ["cs_test_unknown", "x", "", "a/b", "%00", "cs_test_a1B2c3%20", "%E4%BD%A0"])
async def test_whatever_is_no_session_of_ours_is_answered_alike(session_id: str) -> None:
    async with client_of(StandIn()) as client:
        response = await client.get(f"/api/check-payment-status/{session_id}")
    assert assert_envelope(response, errors.SessionNotFound) == "There is no such checkout session."
    assert response.headers["ratelimit-remaining"] == "99"


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [("wait=10", 10), ("respond-async, wait=5", 5), ("Wait = 7", 7), ("wait=31", 30), ('wait="3"; x=y', 3)],
)
async def test_prefer_wait_holds_the_answer_and_says_so(prefer: str, seconds: int) -> None:
    stand_in = StandIn(after_wait=PAID)
    async with client_of(stand_in) as client:
        response = await client.get(PATH, headers={"Prefer": prefer})
    assert response.json() == {"status": "paid"}
    assert response.headers["preference-applied"] == f"wait={seconds}"
    assert stand_in.waited == [(seconds, None)]


@pytest.mark.parametrize(
    "prefer", ["wait=0", "wait=-1", "wait=x", "wait=1.5", "await=3", "wait", "x" * 600 + ",wait=3"]
)
async def test_a_preference_that_makes_no_sense_is_no_wait(prefer: str) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        response = await client.get(PATH, headers={"Prefer": prefer})
    assert response.status_code == 200
    assert "preference-applied" not in response.headers
    assert stand_in.waited == []


@pytest.mark.parametrize(("tag", "status"), [('"1-unpaid"', "unpaid"), ('W/"7-paid"', "paid"), ('"1-nonsense"', None)])
async def test_a_wait_starts_from_the_status_the_caller_has_seen(tag: str, status: str | None) -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        await client.get(PATH, headers={"Prefer": "wait=2", "If-None-Match": tag})
    assert stand_in.waited == [(2, status)]


async def test_a_wait_that_ends_without_news_is_304_for_who_knows_it_and_200_for_others() -> None:
    async with client_of(StandIn()) as client:
        known = await client.get(PATH, headers={"Prefer": "wait=2", "If-None-Match": '"1-unpaid"'})
        unknown = await client.get(PATH, headers={"Prefer": "wait=2"})
    assert known.status_code == 304
    assert known.headers["preference-applied"] == "wait=2"
    assert unknown.json() == {"status": UNPAID.status.value}
