"""What the server writes into the pages."""

import re

import httpx
import pytest

from tests.unit.storefront.conftest import a_client, a_setting

PAGES = ("/", "/success", "/cancel")


async def test_the_shop_lists_every_package_of_the_catalogue_in_its_order(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text
    names = re.findall(r'<h3 id="name-\d+">([^<]+)</h3>', html)
    assert names == [
        "Starter Plan",
        "Advanced Plan",
        "Professional Plan",
        "Lifetime Plan",
        "Small Points Pack",
        "Medium Points Pack",
        "Large Points Pack",
    ]
    assert 'data-price-id="price_1QlYNRHVMy0i1BlJA1y0DxB2"' in html
    assert "$400.00" in html


async def test_the_browser_s_language_decides(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert "入门套餐" in answer.text
    assert answer.headers["content-language"] == "zh"
    assert "Accept-Language" in answer.headers["vary"]


async def test_the_switch_beats_the_browser_and_is_remembered(client: httpx.AsyncClient) -> None:
    await client.get("/", params={"lang": "zh"})
    assert "购买" in (await client.get("/", headers={"Accept-Language": "en"})).text


async def test_an_unknown_language_changes_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", params={"lang": "xx"})
    assert answer.headers["content-language"] == "en"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("page", ["/success", "/cancel"])
async def test_a_page_hands_its_session_to_the_script_and_to_the_language_switch(
    client: httpx.AsyncClient, page: str
) -> None:
    html = (await client.get(page, params={"session_id": "cs_test_a1"})).text
    assert 'data-session-id="cs_test_a1"' in html
    assert f'href="{page}?lang=zh&amp;session_id=cs_test_a1"' in html


@pytest.mark.parametrize("page", ["/success", "/cancel"])
@pytest.mark.parametrize("session_id", ["", '"><script>alert(1)</script>', "cs_test_", "{CHECKOUT_SESSION_ID}"])
async def test_a_malformed_session_is_treated_as_none(client: httpx.AsyncClient, page: str, session_id: str) -> None:
    html = (await client.get(page, params={"session_id": session_id})).text
    assert 'data-session-id=""' in html
    assert "alert(1)" not in html


@pytest.mark.parametrize("page", PAGES)
async def test_pages_run_no_inline_code_and_keep_their_address_to_themselves(
    client: httpx.AsyncClient, page: str
) -> None:
    answer = await client.get(page)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<style|style=|\son[a-z]+=|javascript:", answer.text) == []
    assert re.findall(r"<script(?! type=\"module\" src| type=\"application/json\")", answer.text) == []


async def test_test_cards_and_the_test_notice_are_gone_in_live_mode() -> None:
    async with a_client(a_setting(key="sk_live_1", development=False, storefront=True)) as client:
        html = (await client.get("/")).text
    assert "4242" not in html
    assert "test card" not in html.partition('type="application/json"')[0]
    assert "<footer" not in html


async def test_playground_and_docs_are_linked_only_where_they_are(client: httpx.AsyncClient) -> None:
    with_both = (await client.get("/")).text
    assert 'href="/graphql"' in with_both
    assert 'href="/api/docs"' in with_both
    async with a_client(a_setting(development=False, storefront=True)) as without:
        html = (await without.get("/")).text
    assert 'href="/graphql"' not in html
    assert 'href="/api/docs"' not in html


@pytest.mark.parametrize("name", ["storefront.css", "shop.css", "slip.css", "shop.js", "watch.js", "mark.svg"])
async def test_static_files_are_revalidated(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/storefront/{name}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert (
        await client.get(f"/storefront/{name}", headers={"If-None-Match": answer.headers["etag"]})
    ).status_code == 304


async def test_the_shop_is_called_what_the_setting_says(client: httpx.AsyncClient) -> None:
    assert "<title>The Demo Shop</title>" in (await client.get("/")).text
    assert "<title>演示商店</title>" in (await client.get("/", params={"lang": "zh"})).text
    async with a_client(a_setting(shop_name="Tea & Co")) as named:
        assert "<title>Tea &amp; Co</title>" in (await named.get("/", params={"lang": "zh"})).text


async def test_without_the_demo_shop_the_front_page_says_what_this_is_and_sells_nothing() -> None:
    async with a_client(a_setting(development=False)) as client:
        english, chinese = await client.get("/"), await client.get("/", params={"lang": "zh"})
        missing = [(await client.get(page)).status_code for page in ("/success", "/cancel")]
    assert (english.status_code, missing) == (200, [404, 404])
    assert "Payments gateway" in english.text
    assert "Demo Shop" not in english.text
    assert "price_" not in english.text
    assert "支付网关" in chinese.text


@pytest.mark.parametrize("page", ["/", "/success", "/cancel"])
async def test_below_a_path_every_link_and_file_carries_it(page: str) -> None:
    settings = a_setting(public_url="https://shop.example/pay")
    async with a_client(settings) as client:
        html = (await client.get(page, params={"session_id": "cs_test_a1"})).text
    own = [address for address in re.findall(r'(?:href|src)="([^"#]+)"', html) if not address.startswith("http")]
    assert own
    assert [address for address in own if not address.startswith("/pay/")] == []
    assert 'data-base="/pay"' in html


async def test_a_language_that_the_browser_would_not_ask_for_is_named_for_the_way_back(
    client: httpx.AsyncClient,
) -> None:
    asked = {"Accept-Language": "zh-CN"}
    assert 'data-chosen=""' in (await client.get("/", headers=asked)).text
    assert 'data-chosen="en"' in (await client.get("/", params={"lang": "en"}, headers=asked)).text
    assert 'data-chosen="zh"' in (await client.get("/", params={"lang": "zh"})).text
