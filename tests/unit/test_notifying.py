"""Where notices may be sent, and what is refused before anything is sent."""

import socket
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.notifying.addresses import PrivateAddress, PublicResolver
from gateway.notifying.sender import Answer, NoticeSender
from gateway.secret_lists import check_notify_secrets, split_secrets
from gateway.setting_lists import parse_notify_urls
from gateway.settings import SettingsError, load_settings
from tests.harness.back_end import OTHER_SECRET, SECRET, back_end


class Names(AbstractResolver):
    """Leads every name to these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/notices",
        "https://shop.example:8443/a/b/?token=x",
        "http://localhost:4000/notices",
        "http://127.0.0.1:4000/notices",
        "http://[::1]:4000/",
        "https://10.1.2.3/notices",
        "https://商店.example/notices",
    ],
)
def test_a_url_that_may_be_notified_is_taken(url: str) -> None:
    assert len(parse_notify_urls(url)) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://shop.example/notices", "must be https"),
        ("http://10.1.2.3/notices", "must be https"),
        ("http://localhost.evil.example/", "must be https"),
        ("shop.example/notices", "no url of a back end"),
        ("ftp://shop.example/", "no url of a back end"),
        ("https://", "no url of a back end"),
        ("https://user:secret@shop.example/", "no url of a back end"),
        ("https://shop.example/#part", "no url of a back end"),
        ("https://shop.example/a b", "no url of a back end"),
        ("https://shop.example:99999/", "no url of a back end"),
        ("https://a.example/,https://a.example/", "is there twice"),
    ],
)
def test_a_url_that_may_not_is_refused_with_what_to_write(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_notify_urls(url)


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET, SECRET.removeprefix("whsec_")])
def test_a_secret_of_standard_webhooks_is_taken(secret: str) -> None:
    assert check_notify_secrets(split_secrets(secret))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "whsec_not-base64!", "whsec_" + "A" * 200, "x" * 41])
def test_a_secret_that_is_none_is_refused_without_being_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 random bytes") as refusal:
        check_notify_secrets(split_secrets(secret))
    assert secret not in str(refusal.value) or secret == "whsec_"


def test_urls_without_a_secret_stop_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
    monkeypatch.setenv("GATEWAY_NOTIFY_URLS", "https://shop.example/")
    with pytest.raises(SettingsError, match="GATEWAY_NOTIFY_SECRETS"):
        load_settings()
    monkeypatch.setenv("GATEWAY_NOTIFY_SECRETS", SECRET)
    assert load_settings().notify_urls == ("https://shop.example/",)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(PrivateAddress, match="which is private"):
        await PublicResolver(Names("93.184.216.34", address)).resolve("shop.example", 443)


async def test_a_name_that_leads_to_a_public_address_and_this_machine_itself_are_resolved() -> None:
    assert await PublicResolver(Names("93.184.216.34")).resolve("shop.example", 443)
    assert await PublicResolver(Names("127.0.0.1")).resolve("localhost", 4000)


async def test_a_notice_is_signed_by_every_secret_and_by_no_other() -> None:
    async with back_end() as shop:
        sender = NoticeSender([OTHER_SECRET, SECRET])
        answer = await sender.post(shop.url, webhook_id="msg_1", body=b'{"type": "payment.paid", "sessionId": "cs_1"}')
        await sender.close()
    assert (answer.is_taken, answer.text) == (True, "answer 200")
    headers = sender._headers("msg_1", b"{}")
    for secret in (SECRET, OTHER_SECRET):
        assert Webhook(secret).verify(b"{}", headers) == {}
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSx").verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b"{ }", headers)


async def test_a_back_end_that_is_not_there_is_an_answer_and_no_error() -> None:
    sender = NoticeSender([SECRET], seconds=2)
    for url in ("http://127.0.0.1:9/", "https://shop.invalid/", "http://127.0.0.1:9/\ud800"):
        answer = await sender.post(url, webhook_id="msg_1", body=b"{}")
        assert (answer.status, answer.is_taken, answer.is_gone, bool(answer.text)) == (None, False, False, True)
    await sender.close()


@pytest.mark.parametrize(("status", "is_taken"), [(200, True), (204, True), (299, True), (300, False), (199, False)])
def test_only_2xx_is_taken(status: int, is_taken: bool) -> None:
    assert Answer(status, "").is_taken is is_taken
