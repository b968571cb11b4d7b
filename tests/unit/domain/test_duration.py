"""Durations as people write them."""

import pytest

from gateway.domain.duration import duration_seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("15m", 900), ("48h", 172_800), ("7d", 604_800), ("0", 0), ("999999d", 86_399_913_600)],
)
def test_a_duration_is_so_many_seconds(text: str, seconds: int) -> None:
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "1.5h", "-1s", "15 m", "15M", "1w", "1000000s", "1h30m", "٣m"])
def test_anything_else_is_refused_with_the_fix(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write it like 15m, 48h or 7d") as refused:
        duration_seconds(text)
    assert f"`{text}`" in str(refused.value)
