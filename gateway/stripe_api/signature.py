"""Whether a webhook is Stripe's: the SDK's own check, plus what it leaves open.

The SDK accepts timestamps in the future and raises TypeError on a signature that is not ASCII; both are refused here.
Source: Stripe's "Verify webhook signatures"; design/safety.md (±300 s both ways).
"""

import re
import time

import stripe

TOLERANCE_SECONDS = 300
_HEADER = re.compile(r"[\x21-\x7e ]{1,4096}")
_TIMESTAMP = re.compile(r"(?:^|,)\s*t=(\d{1,12})(?:,|$)")


def is_authentic(body: bytes, header: str | None, secrets: tuple[str, ...]) -> bool:
    """True when any of the secrets (there are two while rotating) signed exactly these bytes just now."""
    if not header or not _HEADER.fullmatch(header):
        return False
    stamp = _TIMESTAMP.search(header)
    if stamp is None or int(stamp[1]) > time.time() + TOLERANCE_SECONDS:
        return False
    try:
        payload = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(_verifies(payload, header, secret) for secret in secrets)


def _verifies(payload: str, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(payload, header, secret, TOLERANCE_SECONDS))
    except stripe.SignatureVerificationError:
        return False
