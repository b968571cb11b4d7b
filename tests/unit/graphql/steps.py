"""Counts what a call does in executed lines of Python, which are the same on a fast and on a slow machine.

Work inside C functions is not counted.
"""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any


class TooManySteps(AssertionError):
    """Raised inside the counted code, so that code that would take for ever fails at once."""


@dataclass(slots=True)
class Steps:
    """The lines that were executed, how often each function was entered, and how often those of interest were with
    one and the same `node`, by its identity."""

    lines: int = 0
    calls: Counter[CodeType] = field(default_factory=Counter)
    visits: Counter[int] = field(default_factory=Counter)

    def calls_of(self, function: Callable[..., Any]) -> int:
        assert isinstance(function, FunctionType)
        return self.calls[function.__code__]


@contextmanager
def counted_steps(*, at_most: int = sys.maxsize, visitors: Collection[Callable[..., Any]] = ()) -> Iterator[Steps]:
    """Counts in this thread, in the functions that the block calls. Raises TooManySteps beyond `at_most` lines.

    `visitors` are functions with an argument `node`.
    """
    steps, visiting = Steps(), {getattr(visitor, "__code__", None) for visitor in visitors}

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            steps.lines += 1
            if steps.lines > at_most:
                raise TooManySteps(f"more than {at_most} steps, at {frame.f_code.co_qualname}")
        elif event == "call":
            steps.calls[frame.f_code] += 1
            if frame.f_code in visiting:
                steps.visits[id(frame.f_locals["node"])] += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield steps
    finally:
        sys.settrace(before)
