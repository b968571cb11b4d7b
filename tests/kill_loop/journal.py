"""What clients and Stripe were answered, kept outside the gateway: the only witness when a process has died."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.harness.shop import Answer

_NEVER_LEFT = {"paid": {"paid"}, "expired": {"expired", "paid"}, "no_payment_required": {"no_payment_required", "paid"}}


@dataclass
class Journal:
    """`violations` are promises seen broken while it ran; the verdict adds those found at the end."""

    sessions_of_key: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    acknowledged: dict[str, Any] = field(default_factory=dict)
    """Event id → the event as it was posted, for every webhook that was answered 2xx."""
    last_status: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def note_answer(self, what: str, answer: Answer | None) -> None:
        """Count it. Nothing we send is wrong, so a 4xx breaks a promise, and so does a 500."""
        outcome = "lost" if answer is None else str(answer.status)
        self.counts[f"{what} {outcome}"] += 1
        if answer is not None and not answer.ok and answer.status != 503:
            self.violations.append(f"{what} was answered {answer.status}: {answer.body}")

    def note_created(self, key: str, session_id: str) -> None:
        self.sessions_of_key[key].add(session_id)
        if len(self.sessions_of_key[key]) > 1:
            self.violations.append(f"key {key} was given {sorted(self.sessions_of_key[key])}")

    def note_delivered(self, event: Any, answer: Answer | None) -> None:
        self.note_answer("webhook", answer)
        if answer is not None and answer.ok:
            self.acknowledged[event["id"]] = event

    def note_status(self, session_id: str, status: str) -> None:
        before = self.last_status.get(session_id)
        allowed = _NEVER_LEFT.get(before or "")
        if allowed is not None and status not in allowed:
            self.violations.append(f"{session_id} went from {before} to {status}")
        self.last_status[session_id] = status

    def sessions_seen(self) -> set[str]:
        return {session_id for given in self.sessions_of_key.values() for session_id in given}
