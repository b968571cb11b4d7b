"""What an examination says of one point: it is in order, it is not and what to do, or it could not be judged."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fix` says what to do about it; `count` is how many things are wrong."""

    name: str
    mark: Mark
    sentence: str
    fix: str | None = None
    count: int = 0


def passed(name: str, sentence: str) -> Verdict:
    return Verdict(name, Mark.OK, sentence)


def failed(name: str, sentence: str, fix: str, *, count: int = 1) -> Verdict:
    return Verdict(name, Mark.FAILED, sentence, fix, count)


def skipped(name: str, sentence: str, fix: str | None = None) -> Verdict:
    return Verdict(name, Mark.SKIPPED, sentence, fix)
