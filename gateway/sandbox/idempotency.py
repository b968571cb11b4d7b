"""Stripe's idempotency keys: the first answer whose execution began is kept for 24 hours and replayed byte for byte.

Validation failures and conflicts are not kept: the same key may then be used for the corrected request. One account,
one scope.
"""

import hashlib
from dataclasses import dataclass

from gateway.sandbox.errors import invalid, key_in_use, key_with_other_parameters
from gateway.sandbox.store import Kind, Object, Store

KEPT_SECONDS = 24 * 3_600
MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Replay:
    """A kept answer, and the id of the request it was first given to."""

    status: int
    body: bytes
    request_id: str


class Idempotency:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._in_flight: dict[str, str] = {}

    def begin(self, key: str, *, method: str, path: str, body: bytes) -> Replay | None:
        """The kept answer, or None after which the caller owes a `finish`.

        Raises StripeRefusal: in use, or other parameters.
        """
        if not 0 < len(key) <= MAX_KEY_LENGTH:
            raise invalid(f"Idempotency keys must have between 1 and {MAX_KEY_LENGTH} characters.")
        self._prune()
        fingerprint = hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()
        running = self._in_flight.get(key)
        record = self._store.get(Kind.IDEMPOTENCY, key)
        known = running or (record and record["fingerprint"])
        if known and known != fingerprint:
            raise key_with_other_parameters(key)
        if running:
            raise key_in_use(key)
        if record:
            return Replay(record["status"], record["body"].encode(), record["request_id"])
        self._in_flight[key] = fingerprint
        return None

    def finish(self, key: str, answer: Replay | None) -> None:
        """Keep the answer; None when the request never began to execute."""
        fingerprint = self._in_flight.pop(key)
        if answer is None:
            return
        record: Object = {
            "id": key,
            "fingerprint": fingerprint,
            "status": answer.status,
            "body": answer.body.decode(),
            "request_id": answer.request_id,
            "created": self._store.now(),
        }
        self._store.put(Kind.IDEMPOTENCY, record)

    def _prune(self) -> None:
        """Records come in order of time, so the old ones are in front."""
        limit = self._store.now() - KEPT_SECONDS
        while (oldest := next(self._store.oldest_first(Kind.IDEMPOTENCY), None)) and oldest["created"] < limit:
            self._store.remove(Kind.IDEMPOTENCY, oldest["id"])
