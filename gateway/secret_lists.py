"""Settings that hold secrets: how a list of them is written, and which are refused.

Every message names an entry by its place in the list. None repeats a secret, nor a name, which may be a secret that was
put in the wrong place.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

SHORTEST_KEY = 16
SHORTEST_NOTIFY_KEY, LONGEST_NOTIFY_KEY = 24, 64
"""In bytes, by Standard Webhooks."""
HIDDEN = "(hidden: it looks like a key)"
_KEY = re.compile(r"(?:sk|rk|pk|whsec|cs)_[A-Za-z0-9_]{4,}|Bearer\s+\S+", re.IGNORECASE)
_RANDOM = re.compile(r"[A-Za-z0-9_+=~-]{16,}")
_INSIDE = re.compile(r"[\s\x00-\x1f\x7f]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_HOW = "write each key as `key`, `name:key` or `name:key:read`"


@dataclass(frozen=True, slots=True)
class AdminKey:
    """One operator's key. `name` is what the audit trail calls the operator; without `may_write` the key only reads."""

    name: str
    secret: SecretStr
    may_write: bool


def split_secrets(value: Any) -> tuple[SecretStr, ...]:
    """A comma-separated list, or the secrets themselves. Raises ValueError for a list that holds none."""
    if not isinstance(value, str):
        return tuple(word if isinstance(word, SecretStr) else SecretStr(word) for word in value)
    words = [word.strip() for word in value.split(",")]
    secrets = tuple(check_secret(SecretStr(word), place) for place, word in enumerate(filter(None, words), start=1))
    if not secrets:
        raise ValueError("it is set and holds no key; unset it or write one or several keys, comma-separated")
    return secrets


def check_secret(secret: SecretStr, place: int | None = None) -> SecretStr:
    """The secret as it is. Raises ValueError when a blank or a line break is inside: a copy that went wrong."""
    if _INSIDE.search(secret.get_secret_value()):
        subject = "the key" if place is None else f"key {place}"
        raise ValueError(f"{subject} has a blank or a line break inside; copy it again")
    return secret


def check_webhook_secrets(secrets: Sequence[SecretStr]) -> Sequence[SecretStr]:
    """The secrets as they are. Raises ValueError for one that is none of Stripe's."""
    if not secrets or not all(re.fullmatch("whsec_.+", secret.get_secret_value()) for secret in secrets):
        raise ValueError("every webhook secret starts with whsec_ (Stripe Dashboard → Webhooks → Signing secret)")
    return secrets


def check_stripe_key(secret: SecretStr) -> SecretStr:
    """The key as it is. Raises ValueError for one that cannot create sessions."""
    if not secret.get_secret_value().startswith(("sk_", "rk_")):
        raise ValueError("a Stripe secret key starts with sk_ or rk_; a publishable pk_ key cannot create sessions")
    return check_secret(secret)


def check_notify_secrets(secrets: Sequence[SecretStr]) -> Sequence[SecretStr]:
    """The secrets as they are. Raises ValueError for one that Standard Webhooks does not take."""
    for place, secret in enumerate(secrets, start=1):
        try:
            key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if not SHORTEST_NOTIFY_KEY <= len(key) <= LONGEST_NOTIFY_KEY:
            raise ValueError(
                f"key {place} must be whsec_ and {SHORTEST_NOTIFY_KEY} to {LONGEST_NOTIFY_KEY} random bytes in base64; "
                "make one with: openssl rand -base64 32"
            )
    return secrets


def check_lengths(secrets: Sequence[SecretStr]) -> Sequence[SecretStr]:
    """The secrets as they are. Raises ValueError for one that is too short to be safe."""
    for place, secret in enumerate(secrets, start=1):
        if len(secret.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"key {place} is shorter than {SHORTEST_KEY} characters; make a longer one")
    return secrets


def hide_keys(sentence: str, value: object = None) -> str:
    """The sentence without what looks like a key, and without the long words that it repeats of a setting's value.

    A key is often put into the wrong variable, and what refuses it there is shown and logged.
    """
    sentence = _KEY.sub(HIDDEN, sentence)
    for word in sorted(_RANDOM.findall(str(value)) if isinstance(value, str | Path) else (), key=len, reverse=True):
        sentence = re.sub(re.escape(word), HIDDEN, sentence, flags=re.IGNORECASE)
    return sentence


def shown_name(name: str) -> str:
    """A variable's name, unless it may be a key that lost its equals sign: a name has no small letters or digits."""
    return name if re.fullmatch(r"[A-Z_]{1,60}", name) else "A name that begins with GATEWAY_"


def parse_admin_keys(value: Any) -> tuple[AdminKey, ...]:
    """`key`, `name:key` or `name:key:read`, comma-separated, or keys that are parsed already. Raises ValueError."""
    if not isinstance(value, str):
        return tuple(value)
    words = [secret.get_secret_value() for secret in split_secrets(value)]
    keys = tuple(_parse(word, place) for place, word in enumerate(words, start=1))
    check_lengths([key.secret for key in keys])
    _refuse_twins(keys)
    return keys


def _parse(word: str, place: int) -> AdminKey:
    parts = word.split(":")
    if len(parts) == 1:
        return AdminKey(f"key-{hashlib.sha256(word.encode()).hexdigest()[:8]}", SecretStr(word), may_write=True)
    if len(parts) > 3 or parts[2:] not in ([], ["read"]):
        raise ValueError(f"key {place} has too many parts, or another third part than `read`; {_HOW}")
    if not _NAME.fullmatch(parts[0]):
        raise ValueError(f"the name of key {place} is not 1 to 60 letters, digits, `.`, `_` or `-`; {_HOW}")
    return AdminKey(parts[0], SecretStr(parts[1]), may_write=len(parts) == 2)


def _refuse_twins(keys: Sequence[AdminKey]) -> None:
    """Two operators of one name, or one key of two operators, would leave open who did something."""
    for attribute, what in (("name", "name"), ("secret", "key")):
        places: dict[Any, int] = {}
        for place, key in enumerate(keys, start=1):
            first = places.setdefault(getattr(key, attribute), place)
            if first != place:
                raise ValueError(f"keys {first} and {place} have the same {what}; each operator needs one of their own")
