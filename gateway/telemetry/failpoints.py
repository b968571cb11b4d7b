"""Places where a test may have this process killed, as by `kill -9`, to see what a crash there leaves behind.

Disarmed, which is all a production process ever is, a failpoint is one look at an empty table. `gateway serve` arms
them from GATEWAY_FAILPOINTS; the settings refuse that beside a live key.
"""

import os
import random
import signal
from collections.abc import Mapping
from enum import StrEnum

from gateway.settings import SettingsError


class Failpoint(StrEnum):
    """Each on one side of a step that others may have seen."""

    BEFORE_STRIPE_CREATE = "before_stripe_create"
    AFTER_STRIPE_CREATE = "after_stripe_create"
    BEFORE_STRIPE_EXPIRE = "before_stripe_expire"
    AFTER_STRIPE_EXPIRE = "after_stripe_expire"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    BEFORE_PUBLISH = "before_publish"
    BEFORE_ACKNOWLEDGE = "before_acknowledge"
    BEFORE_NOTICE = "before_notice"
    AFTER_NOTICE = "after_notice"
    BEFORE_STRIPE_REFUND = "before_stripe_refund"
    AFTER_STRIPE_REFUND = "after_stripe_refund"


_armed: dict[str, float] = {}


def arm_failpoints(probabilities: Mapping[str, float]) -> None:
    """Replace what is armed. Raises SettingsError for a name that is no failpoint."""
    unknown = sorted(set(probabilities) - set(Failpoint))
    if unknown:
        known = ", ".join(Failpoint)
        raise SettingsError([f"GATEWAY_FAILPOINTS: `{unknown[0]}` is no failpoint; there are {known}"])
    _armed.clear()
    _armed.update(probabilities)


def failpoint(place: Failpoint) -> None:
    """Die here with the probability armed for this place; no handler runs, nothing is flushed."""
    if _armed and random.random() < _armed.get(place, 0.0):  # noqa: S311 (a dice throw, no secret)
        os.kill(os.getpid(), signal.SIGKILL)
