import pytest

from gateway.domain import errors
from gateway.domain.language import Text
from gateway.services.inbox import Receipt

from .stand_in import StandIn, assert_envelope, client_of

PATH = "/api/stripe/webhook"
FORGED = Text(en="`Stripe-Signature` does not match this body.", zh="stripe-signature 与请求内容不匹配。")
NO_EVENT = errors.InvalidRequest(problem=Text(en="The body is not a Stripe event.", zh="请求内容不是 Stripe 事件。"))


@pytest.mark.parametrize("receipt", list(Receipt))
async def test_whatever_is_on_disk_is_answered_200_with_its_state(receipt: Receipt) -> None:
    stand_in = StandIn(receipt=receipt)
    async with client_of(stand_in) as client:
        response = await client.post(PATH, content=b'{"id": "evt_1"}', headers={"Stripe-Signature": "t=1,v1=x"})
    assert response.status_code == 200
    assert response.json() == {"received": True, "state": receipt.name.lower()}
    assert stand_in.received == [(b'{"id": "evt_1"}', "t=1,v1=x")]
    assert stand_in.used == 0


async def test_a_signature_on_several_lines_arrives_as_one_list() -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        await client.post(PATH, content=b"{}", headers=[("Stripe-Signature", "t=1"), ("Stripe-Signature", "v1=x")])
    assert stand_in.received == [(b"{}", "t=1, v1=x")]


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
async def test_the_content_type_is_ignored_and_the_bytes_arrive_as_they_came(media_type: str) -> None:
    stand_in, body = StandIn(), b"\xff\x00 any bytes"
    async with client_of(stand_in) as client:
        response = await client.post(PATH, content=body, headers={"Content-Type": media_type})
    assert response.status_code == 200
    assert stand_in.received == [(body, None)]


async def test_an_unverified_post_costs_a_token_and_a_verified_one_passes_when_all_are_spent() -> None:
    stand_in = StandIn(fails=errors.InvalidSignature(FORGED), limit=2)
    async with client_of(stand_in) as client:
        answers = [await client.post(PATH, content=b"{}") for _ in range(3)]
        stand_in.fails = None
        verified = await client.post(PATH, content=b"{}")
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert assert_envelope(answers[0], errors.InvalidRequest) == FORGED.en
    assert_envelope(answers[2], errors.RateLimitExceeded)
    assert answers[2].headers["retry-after"] == "30"
    assert verified.status_code == 200
    assert stand_in.used == 3


async def test_a_verified_body_that_is_no_event_is_refused_and_costs_nothing() -> None:
    stand_in = StandIn(fails=NO_EVENT)
    async with client_of(stand_in) as client:
        response = await client.post(PATH, content=b"[]")
    assert assert_envelope(response, errors.InvalidRequest) == "The body is not a Stripe event."
    assert stand_in.used == 0


async def test_what_could_not_be_stored_is_503_so_that_stripe_comes_again() -> None:
    async with client_of(StandIn(fails=errors.ServiceUnavailable())) as client:
        response = await client.post(PATH, content=b"{}")
    assert_envelope(response, errors.ServiceUnavailable)
    assert response.headers["retry-after"] == "2"


async def test_half_a_megabyte_passes_and_a_byte_more_is_413() -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        most = await client.post(PATH, content=b"x" * 512 * 1024)
        more = await client.post(PATH, content=b"x" * (512 * 1024 + 1))
    assert most.status_code == 200
    assert_envelope(more, errors.PayloadTooLarge)
    assert len(stand_in.received) == 1
