"""The verdict over an aftermath: the figures the issue names, each with the breaches behind it."""

from dataclasses import dataclass

from gateway.telemetry.failpoints import Failpoint
from tests.harness import invariants
from tests.harness.proof import Proof
from tests.kill_loop.loop import Aftermath


@dataclass(frozen=True, slots=True)
class Verdict:
    """`breaches` is by figure; every list should be empty."""

    breaches: dict[str, list[str]]

    @property
    def all_breaches(self) -> list[str]:
        return [f"{name}: {breach}" for name, found in self.breaches.items() for breach in found]


def judge(after: Aftermath) -> Verdict:
    journal, tables, truth = after.journal, after.tables, after.truth
    drift = invariants.ledger_drift(tables, truth)
    return Verdict(
        {
            "acknowledged events lost": invariants.lost_events(journal.acknowledged, tables),
            "events left unhandled": invariants.unhandled_events(tables),
            "effects doubled": invariants.doubled_effects(tables, truth),
            "orphan sessions": invariants.orphans(tables, truth),
            "second sessions": invariants.second_sessions(journal.sessions_of_key, tables, truth),
            "broken histories": invariants.broken_histories(tables),
            "wrong journals": invariants.wrong_journals(tables),
            "statuses unlike Stripe's": invariants.wrong_statuses(tables, truth),
            "ledger drift": [f"{currency} {amount:+d}" for currency, amount in drift.items()],
            "commands that disagree": [f"{name} {said}" for name, said in after.opinions.items() if said],
            "promises broken on the way": journal.violations,
        }
    )


def proof(after: Aftermath) -> Proof:
    """That kills struck in the middle of something, and that what they may lose had been acknowledged."""
    found, journal, kills = Proof(), after.journal, after.killer.kills
    found.needs("kills", kills.total())
    found.needs("kills at a failpoint, in the middle of a call", sum(kills[place.value] for place in Failpoint))
    found.needs("failpoints that killed", sum(kills[place.value] > 0 for place in Failpoint), at_least=2)
    found.needs(
        "calls that were cut off", sum(count for what, count in journal.counts.items() if what.endswith(" lost"))
    )
    found.needs("events acknowledged", len(journal.acknowledged))
    found.needs("keys that were given a session", len(journal.sessions_of_key))
    found.needs("payments that became paid", sum(row["status"] == "paid" for row in after.tables.payments))
    return found


def report(after: Aftermath, verdict: Verdict) -> list[str]:
    journal, tables = after.journal, after.tables
    lines = [f"kills                 {after.killer.kills.total()} in {after.seconds:.0f} s"]
    lines += [f"  {how:<24}{count:>6}" for how, count in sorted(after.killer.kills.items())]
    statuses = sorted({row["status"] for row in tables.payments})
    by_status = ", ".join(f"{status} {sum(row['status'] == status for row in tables.payments)}" for status in statuses)
    lines += [
        f"payments              {len(tables.payments)} ({by_status})",
        f"idempotency keys      {len(journal.sessions_of_key)} answered, {journal.counts['walked away']} abandoned",
        f"events                {len(tables.events)} kept, {len(journal.acknowledged)} acknowledged",
        f"history               {len(tables.changes)} lines",
        f"ledger                {dict(after.truth.ledger())} minor units at Stripe",
        "answers               "
        + ", ".join(f"{what} {n}" for what, n in sorted(journal.counts.items()) if _call(what)),
    ]
    lines += [f"{name:<30}{len(found):>4}" for name, found in verdict.breaches.items()]
    return lines + [f"  ! {breach}" for breach in verdict.all_breaches[:50]]


def _call(what: str) -> bool:
    return what.startswith(("create ", "status ", "cancel ", "webhook "))
