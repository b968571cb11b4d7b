"""Idempotency keys, with requests that are still running."""

import pytest

from gateway.sandbox.errors import StripeRefusal
from gateway.sandbox.idempotency import KEPT_SECONDS, Idempotency, Replay
from gateway.sandbox.store import Store


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_in_flight_is_a_conflict_and_with_other_parameters_an_error() -> None:
    keys = Idempotency(Store(clock=Clock(), path=None))
    assert keys.begin("k", method="POST", path="/v1/x", body=b"a=1") is None

    with pytest.raises(StripeRefusal) as conflict:
        keys.begin("k", method="POST", path="/v1/x", body=b"a=1")
    with pytest.raises(StripeRefusal) as other:
        keys.begin("k", method="POST", path="/v1/x", body=b"a=2")

    assert (conflict.value.status, conflict.value.error["code"]) == (409, "idempotency_key_in_use")
    assert (other.value.status, other.value.error["type"]) == (400, "idempotency_error")


def test_an_answer_is_kept_for_a_day_and_then_forgotten() -> None:
    clock = Clock()
    keys = Idempotency(Store(clock=clock, path=None))
    keys.begin("k", method="POST", path="/v1/x", body=b"")
    keys.finish("k", Replay(200, b"{}", "req_1"))
    assert keys.begin("k", method="POST", path="/v1/x", body=b"") == Replay(200, b"{}", "req_1")

    clock.now += KEPT_SECONDS + 1

    assert keys.begin("k", method="POST", path="/v1/x", body=b"") is None


def test_keys_beyond_255_characters_are_refused() -> None:
    keys = Idempotency(Store(clock=Clock(), path=None))

    with pytest.raises(StripeRefusal):
        keys.begin("k" * 256, method="POST", path="/v1/x", body=b"")
