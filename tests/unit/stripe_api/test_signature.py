"""Whether a webhook is Stripe's, and if it is not, why."""

import hashlib
import hmac
import time

import pytest
import stripe

from gateway.stripe_api.signature import TOLERANCE_SECONDS, SignatureVerdict, is_authentic, verify_signature

SECRET = "whsec_of_the_endpoint"
OLD_SECRET = "whsec_before_the_rotation"
BODY = '{"id": "evt_1", "description": "付款 ✓"}'.encode()
NOW = 1_764_112_000


def _digest(body: bytes = BODY, *, at: int = NOW, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def _verdict(header: str | None, *, body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> SignatureVerdict:
    return verify_signature(body, header, secrets, now_seconds=NOW)


GOOD = f"t={NOW},v1={_digest()}"


@pytest.mark.parametrize(
    "header",
    [
        GOOD,
        f"t={NOW}, v1={_digest()}, v0={_digest()}",
        f"t={NOW} ,\tv1={_digest()} , v0=anything",
        f"v1={_digest()},t={NOW}",
        f"v0={'0' * 64},v1={_digest()},t={NOW}",
        f"t={NOW},v1={'0' * 64},v1={_digest()}",
        f"t={NOW},v1={_digest()},v2",
        f" {GOOD} ",
    ],
)
def test_a_signature_verifies_in_every_form_that_http_and_stripe_allow(header: str) -> None:
    assert _verdict(header) is SignatureVerdict.AUTHENTIC


@pytest.mark.parametrize("comma", [",", ", "])
def test_a_field_on_two_lines_verifies_once_the_lines_are_joined(comma: str) -> None:
    assert _verdict(comma.join([f"t={NOW}", f"v1={_digest()}"])) is SignatureVerdict.AUTHENTIC


def test_what_the_sdk_signs_now_verifies_by_the_systems_clock() -> None:
    header = stripe.WebhookSignature.generate_signature_header(BODY.decode(), SECRET)
    assert verify_signature(BODY, header, (SECRET,)) is SignatureVerdict.AUTHENTIC


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_while_secrets_rotate_either_of_them_verifies(secret: str) -> None:
    header = f"t={NOW},v1={_digest(secret=secret)}"
    assert _verdict(header, secrets=(SECRET, OLD_SECRET)) is SignatureVerdict.AUTHENTIC


@pytest.mark.parametrize("seconds", [-TOLERANCE_SECONDS, TOLERANCE_SECONDS])
def test_five_minutes_in_either_direction_are_tolerated(seconds: int) -> None:
    assert _verdict(f"t={NOW + seconds},v1={_digest(at=NOW + seconds)}") is SignatureVerdict.AUTHENTIC


@pytest.mark.parametrize("seconds", [-NOW, -86_400, -TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1, 86_400, 10**11])
def test_a_right_signature_of_another_time_is_a_matter_of_the_timestamp(seconds: int) -> None:
    assert _verdict(f"t={NOW + seconds},v1={_digest(at=NOW + seconds)}") is SignatureVerdict.TIMESTAMP


@pytest.mark.parametrize("at", [NOW, NOW - 86_400, NOW + 86_400])
def test_a_wrong_secret_is_a_matter_of_the_secret_whatever_the_timestamp(at: int) -> None:
    assert _verdict(f"t={at},v1={_digest(at=at, secret='whsec_other')}") is SignatureVerdict.SECRET


@pytest.mark.parametrize("at", [NOW - 86_400, NOW + 1])
def test_a_timestamp_that_was_not_signed_is_a_matter_of_the_secret(at: int) -> None:
    assert _verdict(f"t={at},v1={_digest()}") is SignatureVerdict.SECRET


def test_only_the_first_timestamp_counts() -> None:
    assert _verdict(f"t={NOW - 1},t={NOW},v1={_digest()}") is SignatureVerdict.SECRET


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY.replace(b"evt_1", b"evt_2")])
def test_other_bytes_than_the_signed_ones_do_not_verify(body: bytes) -> None:
    assert _verdict(GOOD, body=body) is SignatureVerdict.SECRET


@pytest.mark.parametrize("secrets", [(), ("",), ("  ",)])
def test_without_a_secret_nothing_verifies(secrets: tuple[str, ...]) -> None:
    assert _verdict(GOOD, secrets=secrets) is SignatureVerdict.SECRET


def test_a_signature_of_another_scheme_does_not_verify() -> None:
    assert _verdict(f"t={NOW},v1={'0' * 64},v0={_digest()}") is SignatureVerdict.SECRET


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        ",,,",
        "t=,v1=",
        f"t={NOW}",
        f"v1={_digest()}",
        f"t={NOW},v0={_digest()}",
        f"T={NOW},v1={_digest()}",
        f"t={NOW};v1={_digest()}",
        f"t = {NOW}, v1 = {_digest()}",
        f"t=-{NOW},v1={_digest()}",
        f"t=1_764_112_000,v1={_digest()}",
        f"t={NOW}.0,v1={_digest()}",
        f"t={'9' * 5000},v1={_digest()}",
        f"t,v1={_digest()},t={NOW}",
        f"t=é{NOW},v1={_digest()}",
        f"t={NOW},v1=ü{_digest()}",
        f"t=١٧٦٤١١٢٠٠٠,v1={_digest()}",
        f"{GOOD}\x00",
        f"{GOOD}\n",
        GOOD + ",v0=a" * 2_000,
    ],
)
def test_a_header_that_cannot_be_read_is_malformed_and_raises_nothing(header: str | None) -> None:
    assert _verdict(header) is SignatureVerdict.MALFORMED


def test_a_body_that_is_not_utf_8_is_malformed_even_if_it_is_signed() -> None:
    body = b'{"id": "\xff"}'
    assert _verdict(f"t={NOW},v1={_digest(body)}", body=body) is SignatureVerdict.MALFORMED


def test_an_authentic_webhook_is_one_with_that_verdict_alone() -> None:
    now = int(time.time())
    verdicts = {
        SignatureVerdict.AUTHENTIC: f"t={now},v1={_digest(at=now)}",
        SignatureVerdict.TIMESTAMP: f"t={now - 86_400},v1={_digest(at=now - 86_400)}",
        SignatureVerdict.SECRET: f"t={now},v1={_digest(at=now, secret='whsec_other')}",
        SignatureVerdict.MALFORMED: "v1=é",
    }
    assert verdicts.keys() == set(SignatureVerdict)
    assert {verdict: is_authentic(BODY, header, (SECRET,)) for verdict, header in verdicts.items()} == {
        verdict: verdict is SignatureVerdict.AUTHENTIC for verdict in SignatureVerdict
    }
