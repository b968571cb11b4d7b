"""Who calls, as far as money is concerned: what a caller may be handed depends on it."""

from dataclasses import dataclass
from enum import StrEnum


class CallerClass(StrEnum):
    """No class of callers can meet or block another's keys; the known ones have purchases."""

    ANONYMOUS = "anonymous"
    SIGNED = "signed"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Caller:
    """`name` is an operator's. Two operators are two classes."""

    kind: CallerClass = CallerClass.ANONYMOUS
    name: str = ""

    @property
    def label(self) -> str:
        """As it is stored: `anonymous`, `signed`, `operator:<name>`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind.value

    @property
    def is_known(self) -> bool:
        """A shop's back end or an operator: its order references name purchases."""
        return self.kind is not CallerClass.ANONYMOUS


ANONYMOUS = Caller()
SIGNED = Caller(CallerClass.SIGNED)


def operator(name: str) -> Caller:
    return Caller(CallerClass.OPERATOR, name)
