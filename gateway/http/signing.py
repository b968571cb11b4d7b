"""Signatures of back ends that call us (`GATEWAY_SIGNING_SECRETS`): `Gateway-Signature: t=…,v1=…`.

The same scheme as Stripe's webhooks: HMAC-SHA256 over `t.body`, hex, at most 300 s away in either direction. Several
secrets are accepted while they rotate. Pure: the caller brings the clock.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

HEADER = "Gateway-Signature"
TOLERANCE_SECONDS = 300

_LONGEST_HEADER = 1000
_TIME = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def sign(body: bytes, *, secret: str, at_seconds: int) -> str:
    """The header a back end sends with this body."""
    return f"t={at_seconds},v1={_digest(body, secret=secret, time=str(at_seconds))}"


def is_signed(header: str | None, body: bytes, *, secrets: Iterable[str], now_seconds: float) -> bool:
    """Whether one of the secrets signed exactly this body lately. Compares in constant time; never raises."""
    time, digests = _parse(header or "")
    if time is None or abs(now_seconds - int(time)) > TOLERANCE_SECONDS:
        return False
    matches = False
    for secret in secrets:
        expected = _digest(body, secret=secret, time=time)
        for digest in digests:
            matches |= hmac.compare_digest(expected, digest)
    return matches


def _parse(header: str) -> tuple[str | None, list[str]]:
    """The time as it was written, since that text was signed, and every well-formed v1."""
    if len(header) > _LONGEST_HEADER:
        return None, []
    times, digests = [], []
    for part in header.split(","):
        name, _, value = part.strip(" \t").partition("=")
        if name == "t" and _TIME.fullmatch(value):
            times.append(value)
        elif name == "v1" and _DIGEST.fullmatch(value):
            digests.append(value)
    return (times[0] if len(times) == 1 else None), digests


def _digest(body: bytes, *, secret: str, time: str) -> str:
    return hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()
