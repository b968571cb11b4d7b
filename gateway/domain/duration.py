"""Durations as people write them: `15m`, `48h`, `7d`, or plain seconds."""

import re

_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


def duration_seconds(text: str) -> int:
    """`15m`, `48h`, `7d`, `90` (seconds) → seconds. Raises ValueError with the fix."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is no duration; write it like 15m, 48h or 7d")
    return int(match[1]) * _SECONDS[match[2]]
