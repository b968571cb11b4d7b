"""Whether a webhook is Stripe's: the SDK's own check of the HMAC, and a check of the timestamp in both directions.

The SDK alone would accept timestamps in the future, refuse blanks behind the commas, and raise TypeError on a
signature that is not ASCII. Source: Stripe's "Verify webhook signatures".
"""

import re
import time
from collections.abc import Iterator
from enum import StrEnum

import stripe

TOLERANCE_SECONDS = 300
_HEADER = re.compile(r"[\x21-\x7e \t]{1,4096}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class SignatureVerdict(StrEnum):
    """What a signature says of a body."""

    AUTHENTIC = "authentic"
    MALFORMED = "malformed"
    """There is no header, or no `t` and `v1` can be read in it, or the body is not UTF-8."""
    SECRET = "secret"  # noqa: S105 a verdict, no password
    """None of the secrets signed these bytes with this timestamp: another secret did, or the body was changed."""
    TIMESTAMP = "timestamp"
    """One of the secrets signed these bytes, but too long ago or with a clock that is too far ahead."""


def verify_signature(
    body: bytes, header: str | None, secrets: tuple[str, ...], *, now_seconds: float | None = None
) -> SignatureVerdict:
    """Never raises. `header` may be several fields joined by commas; one secret that signed is enough (there are two
    while rotating). Signatures are compared in constant time, and `now_seconds` is the system's clock if left out.
    """
    parts = _parts(header)
    if parts is None:
        return SignatureVerdict.MALFORMED
    timestamp, plain_header = parts
    try:
        payload = body.decode("utf-8")
    except UnicodeDecodeError:
        return SignatureVerdict.MALFORMED
    if not any(_signed(payload, plain_header, secret) for secret in secrets):
        return SignatureVerdict.SECRET
    now = time.time() if now_seconds is None else now_seconds
    return SignatureVerdict.AUTHENTIC if abs(now - timestamp) <= TOLERANCE_SECONDS else SignatureVerdict.TIMESTAMP


def is_authentic(body: bytes, header: str | None, secrets: tuple[str, ...]) -> bool:
    """True when any of the secrets signed exactly these bytes, at most five minutes from now."""
    return verify_signature(body, header, secrets) is SignatureVerdict.AUTHENTIC


def _parts(header: str | None) -> tuple[int, str] | None:
    """The timestamp, and a header of nothing but that timestamp and the `v1` signatures, as the SDK can read it."""
    if not header or not _HEADER.fullmatch(header):
        return None
    items = list(_items(header))
    timestamp = next((value for key, value in items if key == "t"), "")
    signatures = [value for key, value in items if key == "v1"]
    if not signatures or not _TIMESTAMP.fullmatch(timestamp):
        return None
    return int(timestamp), ",".join([f"t={timestamp}", *(f"v1={signature}" for signature in signatures)])


def _items(header: str) -> Iterator[tuple[str, str]]:
    for item in header.split(","):
        key, _, value = item.strip(" \t").partition("=")
        yield key, value


def _signed(payload: str, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(payload, header, secret, tolerance=None))
    except stripe.SignatureVerificationError:
        return False
