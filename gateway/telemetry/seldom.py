"""A warning that callers can cause: at most one line a minute of each kind, so that nobody can fill the log.

What was refused came from outside. It is clipped and kept to printable ASCII, and the log's redaction applies to it.
"""

import time
from collections.abc import Callable
from typing import Any

EVERY_SECONDS = 60.0
LONGEST = 100


class SeldomWarning:
    """One kind of warning. `sentence` says what to do, and names the setting; `action` is for machines."""

    def __init__(
        self, log: Any, sentence: str, *, action: str, clock_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._sentence = sentence
        self._action = action
        self._clock_seconds = clock_seconds
        self._next_at = float("-inf")
        self._left_out = 0

    def __call__(self, refused: str) -> None:
        now = self._clock_seconds()
        if now < self._next_at:
            self._left_out += 1
            return
        self._log.warning(self._sentence, action=self._action, refused=clipped(refused), left_out=self._left_out)
        self._next_at, self._left_out = now + EVERY_SECONDS, 0


def clipped(text: str) -> str:
    """At most 100 characters, none of which steers a terminal or a reader of the log."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text[: LONGEST + 1])
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + "..."
