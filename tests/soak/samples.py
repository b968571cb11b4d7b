"""What the gateway's process holds, every few seconds, and whether it held more at the end."""

import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import psutil  # type: ignore[import-untyped]

MOST_GROWTH = 1.05
"""The last quarter's median by the second quarter's; the first is for warming up."""
_TASKS = re.compile(r"^gateway_tasks ([0-9.e+]+)$", re.MULTILINE)
_WATCHERS = re.compile(r"^gateway_watchers ([0-9.e+]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Sample:
    """`tasks` and `watchers` as /metrics has them, None when it did not answer."""

    at: float
    rss_mb: float
    descriptors: int
    threads: int
    tasks: float | None
    watchers: float | None


async def take(http: aiohttp.ClientSession, pid: int) -> Sample:
    """Raises psutil.NoSuchProcess."""
    process = psutil.Process(pid)
    reported = await _metrics(http)
    tasks, watchers = (_number(pattern, reported) for pattern in (_TASKS, _WATCHERS))
    rss_mb = process.memory_info().rss / 1e6
    return Sample(time.monotonic(), rss_mb, process.num_fds(), process.num_threads(), tasks, watchers)


@dataclass(frozen=True)
class Growth:
    """A quantity's medians in the second and in the last quarter."""

    name: str
    second: float
    last: float

    @property
    def ratio(self) -> float:
        return self.last / self.second if self.second else 1.0

    @property
    def is_growth(self) -> bool:
        return self.ratio > MOST_GROWTH


def growths(samples: Sequence[Sample]) -> list[Growth]:
    """Of RSS, descriptors, threads and tasks. Empty with fewer than eight samples."""
    if len(samples) < 8:
        return []
    begin, end = samples[0].at, samples[-1].at
    quarter = (end - begin) / 4
    second = [one for one in samples if begin + quarter <= one.at < begin + 2 * quarter]
    last = [one for one in samples if one.at >= begin + 3 * quarter]
    found = []
    for name in ("rss_mb", "descriptors", "threads", "tasks"):
        medians = [_median([getattr(one, name) for one in part]) for part in (second, last)]
        found.append(Growth(name, *medians))
    return found


def _median(values: Sequence[float | None]) -> float:
    return statistics.median([value for value in values if value is not None] or [0.0])


def _number(pattern: re.Pattern[str], text: str) -> float | None:
    found = pattern.search(text)
    return float(found[1]) if found else None


async def _metrics(http: aiohttp.ClientSession) -> str:
    try:
        async with http.get("/metrics") as answer:
            return await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError):
        return ""
