"""`gateway refund`, `gateway deliveries` and `gateway catalogue`, as an operator runs them."""

import json
from functools import partial
from pathlib import Path

import pytest

from gateway.domain.catalogue import parse_catalogue
from gateway.graphql.notice_body import notice_body
from gateway.services.running.catalogue_file import toml_of
from tests.harness.back_end import SECRET, BackEnd, back_end
from tests.integration.reconciliation.pair import STARTER, Pair


async def paid(pair: Pair) -> str:
    session_id = await pair.create()
    await pair.pay(session_id)
    await pair.settled()
    return session_id


async def test_a_refund_in_part_then_the_rest_then_nothing_is_left(pair: Pair) -> None:
    session_id, why = await paid(pair), ("--reason", "duplicate", "--key", "t")
    status, out, err = await pair.gateway("refund", session_id, "--amount", "2.00", *why)
    assert (status, err) == (0, "")
    assert "$2.00 of" in out
    status, out, _ = await pair.gateway("refund", session_id, "--amount", "2", *why)
    assert (status, "In all $2.00 of $5.00 went back." in out) == (0, True)
    status, out, _ = await pair.gateway("refund", session_id, "--json")
    made = json.loads(out)
    assert (made["amountMinor"], made["refundedMinor"], made["status"]) == (300, 500, "paid")
    status, out, err = await pair.gateway("refund", session_id)
    assert (status, out, "nothing of it is left" in err) == (2, "", True)
    await pair.settled()
    status, out, _ = await pair.gateway("export", "movements", "--json")
    moved = [json.loads(line) for line in out.splitlines()]
    assert [(one["kind"], one["amountMinor"]) for one in moved] == [
        ("capture", 500),
        ("refund", -200),
        ("refund", -300),
    ]
    # Whoever comes first books it: Stripe's answer to the refund, or its event.
    assert all(one["cause"].startswith(("refund by ", "webhook evt_")) for one in moved[1:])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--amount", "5.01"), "more than is left to refund: $5.00"),
        (("--amount", "0"), "--amount"),
        (("--amount", "-1"), "--amount"),
        (("--amount", "2.005"), "USD has 2 digits behind the point"),
        (("--amount", "two"), "--amount"),
        (("--amount", "1e999"), "--amount"),
        (("--reason", "bored"), "--reason"),
    ],
)
async def test_a_refund_that_cannot_be_is_refused_by_name(pair: Pair, options: tuple[str, str], words: str) -> None:
    session_id = await paid(pair)
    status, out, err = await pair.gateway("refund", session_id, *options)
    assert (status, out, words in err, "Traceback" in err) == (2, "", True, False), err


async def test_a_refund_of_an_unknown_session_or_without_a_key_exits_2(pair: Pair) -> None:
    status, _, err = await pair.gateway("refund", "cs_test_unknown")
    assert (status, "session" in err) == (2, True)
    status, _, err = await pair.gateway("refund", "cs_test_unknown", STRIPE_API_KEY="")
    assert (status, "STRIPE_API_KEY is missing" in err) == (2, True)


async def test_deliveries_are_listed_shown_replayed_and_a_back_end_resumed(pair: Pair) -> None:
    async with back_end() as shop:
        await _notified(pair, shop)
        shop.decide = lambda _: 410
        session_id = await paid(pair)
        await _sent(pair)
        status, out, _ = await pair.gateway("deliveries", "list", "--json")
        first = json.loads(out)["deliveries"][-1]
        assert (status, first["sessionId"], first["statusCode"], first["isPaused"]) == (0, session_id, 410, True)
        shop.decide = lambda _: 200
        status, out, _ = await pair.gateway("deliveries", "resume")
        assert (status, shop.url in out) == (0, True)
        assert (await pair.gateway("deliveries", "resume"))[0] == 1
        await _sent(pair)
        status, out, _ = await pair.gateway("deliveries", "show", first["id"][:16])
        assert (status, "delivered" in out, "answer 200" in out) == (0, True, True)
        before = len(shop.taken)
        status, out, err = await pair.gateway("deliveries", "replay", first["id"], "msg_unknown")
        assert (status, "pending" in out, "msg_unknown" in err) == (1, True, True)
        await _sent(pair)
        status, out, _ = await pair.gateway("deliveries", "replay", "--session", session_id, "--json")
        assert json.loads(out)["replayed"] == before
        await _sent(pair)
        assert len(shop.taken) == 2 * before + 1
        for wrong in (("replay",), ("replay", first["id"], "--state", "failed"), ("show", "msg_unknown")):
            status, _, err = await pair.gateway("deliveries", *wrong)
            assert (status, "Traceback" in err) == (2, False)


async def test_a_catalogue_is_pulled_and_agrees_with_what_it_was_pulled_from(pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "pulled.toml"
    status, _, err = await pair.gateway("catalogue", "pull", "--output", str(path))
    assert (status, err) == (0, "")
    assert {package.price_id for package in parse_catalogue(path.read_text())} >= {STARTER}
    assert (await pair.gateway("catalogue", "pull", "--output", str(path)))[0] == 2
    status, out, _ = await pair.gateway("catalogue", "check", GATEWAY_CATALOGUE=str(path))
    assert (status, "as charged" in out) == (0, True)
    path.write_text(path.read_text().replace("unit_amount = 500", "unit_amount = 501"))
    rates = 'shipping_countries = ["US"]\nshipping_rates = ["shr_unknown"]'
    path.write_text(f"{path.read_text()}\n[packages.checkout]\ntrial_days = 7\n\n[checkout]\n{rates}\n")
    status, out, _ = await pair.gateway("catalogue", "check", "--json", GATEWAY_CATALOGUE=str(path))
    found = json.loads(out)
    problems = " ".join(one["problem"] or "" for one in found["packages"])
    assert (status, "and Stripe charges $5.00" in problems) == (1, True)
    assert found["lacking"] == ["`shipping_rates` names shr_unknown, and the account has no such active rate"]
    status, out, _ = await pair.gateway("doctor", GATEWAY_CATALOGUE=str(path))
    assert (status, "shr_unknown" in out) == (1, True)


def test_what_a_shop_calls_its_products_survives_the_file() -> None:
    names = ['A "quoted" plan', "中文 套餐", "tab\tand\x7f", "back\\slash", "line\nbreak", "=1+1"]
    prices = [
        {"id": f"price_{n}", "unit_amount": n, "currency": "usd", "product": {"name": name, "active": True}}
        for n, name in enumerate(names)
    ]
    prices.append({"id": "price_tiers", "unit_amount": None, "currency": "usd", "product": {"name": "Tiers"}})
    prices.append({"id": "price_gone", "unit_amount": 1, "currency": "usd", "product": {"name": "x", "active": False}})
    packages = list(parse_catalogue(toml_of(prices)))
    assert [package.names.en for package in packages] == names


async def _notified(pair: Pair, shop: BackEnd) -> None:
    """The running gateway gets a back end, as if it had been started with one."""
    notices = pair.services.notices
    notices._urls = (shop.url,)
    notices._sender = type(notices._sender)([SECRET])
    notices.describe = partial(notice_body, pair.services)
    await notices.register()


async def _sent(pair: Pair) -> None:
    notices = pair.services.notices
    while await notices.round() or notices._flights:
        for flight in list(notices._flights.values()):
            await flight
