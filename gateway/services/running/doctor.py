"""What is wrong with an installation, point by point, each with its fix. It looks and changes nothing at Stripe.

A point that cannot be judged is said to be skipped and why; it has neither passed nor failed.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from gateway.domain.errors import ServiceUnavailable
from gateway.engine_urls import sqlite_path
from gateway.engines.database import Database
from gateway.engines.database_file import readable_by_others
from gateway.models.migrations import schema_state
from gateway.pubsub.redis_ping import ping
from gateway.services.running import installation
from gateway.services.running.doctor_stripe import StripeExaminer
from gateway.services.running.verdict import Mark, Verdict, failed, passed, skipped
from gateway.settings import Settings
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.errors import StripeFault, Unexecuted

__all__ = ["Doctor", "Mark", "Verdict", "missing_file"]

SKEW_SECONDS = 60
"""Signatures are refused beyond 300 seconds; a clock that is a minute off is on its way there."""


class Doctor:
    """`stripe` examines what needs a key that works."""

    def __init__(self, settings: Settings, database: Database, account: StripeAccount, stripe: StripeExaminer) -> None:
        self._settings = settings
        self._database = database
        self._account = account
        self._stripe = stripe

    async def examine(self) -> AsyncIterator[Verdict]:
        """Each verdict as soon as it is known."""
        is_current = False
        for verdict in await self._of_database():
            is_current = is_current or (verdict.name == "migrations" and verdict.mark is Mark.OK)
            yield verdict
        yield self._of_audit_key()
        yield await self._of_redis()
        async for verdict in self._of_stripe(is_current=is_current):
            yield verdict

    async def _of_database(self) -> list[Verdict]:
        missing = missing_file(self._settings)
        if missing is not None:
            absent = failed("database", f"there is no file {missing}", "gateway migrate")
            return [absent, skipped("migrations", "the database could not be asked")]
        try:
            state = await self._database.read(schema_state)
        except ServiceUnavailable:
            fix = "check DATABASE_URL, and that the server runs and can be reached from here"
            away = failed("database", f"{self._settings.dialect} does not answer", fix)
            return [away, skipped("migrations", "the database could not be asked")]
        answers, files = passed("database", f"{self._settings.dialect} answers"), self._of_files()
        if not state.is_current:
            fix = "deploy the newer gateway" if state.ahead else "gateway migrate"
            return [answers, *files, failed("migrations", state.sentence, fix)]
        return [answers, *files, passed("migrations", state.sentence), await self._of_installation()]

    def _of_files(self) -> list[Verdict]:
        if self._settings.dialect != "sqlite":
            return []
        names = readable_by_others(sqlite_path(self._settings.database_url))
        if names:
            sentence = f"every user of this machine can read {', '.join(names)}"
            return [failed("files", sentence, f"chmod 600 {' '.join(names)}")]
        return [passed("files", "no other user of this machine can read the database")]

    async def _of_installation(self) -> Verdict:
        view = await self._database.read(installation.peek)
        ours = "live" if self._settings.livemode else "test"
        if view.is_written and view.livemode is not self._settings.livemode:
            fix = "give each mode a database of its own: check DATABASE_URL and STRIPE_API_KEY"
            return failed("installation", f"the key is of {ours} mode, and the database is of the other", fix)
        if view.account is None:
            return skipped("installation", f"{ours} mode; whose Stripe account it is was never proven")
        return passed("installation", f"{ours} mode, account {view.account}, instance {view.instance}")

    def _of_audit_key(self) -> Verdict:
        if not self._settings.audit_keys:
            fix = "set GATEWAY_AUDIT_KEY to a long random secret, and keep it apart from the database"
            return skipped("audit key", "without GATEWAY_AUDIT_KEY the history shows mistakes, not a forger", fix)
        return passed("audit key", "the history is chained with a key")

    async def _of_redis(self) -> Verdict:
        if self._settings.redis_url is None:
            return skipped("redis", "REDIS_URL is not set; one process does not need it")
        problem = await ping(self._settings.redis_url)
        if problem is not None:
            fix = "check REDIS_URL; until then limits and fan-out are each process's own"
            return failed("redis", problem, fix)
        return passed("redis", "it answers")

    async def _of_stripe(self, *, is_current: bool) -> AsyncIterator[Verdict]:
        try:
            greeting = await self._account.greet()
        except Unexecuted as fault:
            fix = "check STRIPE_API_KEY; a restricted key needs to write Checkout Sessions and read prices"
            yield failed("stripe key", f"Stripe refuses it: {fault.message}", fix)
            for verdict in _unasked("Stripe refused the key"):
                yield verdict
            return
        except StripeFault:
            fix = "check the network from here to Stripe, and STRIPE_API_BASE if it is set"
            yield failed("stripe key", "Stripe does not answer", fix)
            for verdict in _unasked("Stripe does not answer"):
                yield verdict
            return
        yield passed("stripe key", "Stripe accepts it")
        async for verdict in self._stripe.examine(with_database=is_current):
            yield verdict
        yield _of_clock(greeting.date)


def missing_file(settings: Settings) -> Path | None:
    """Opening an SQLite database would create it; a look must not."""
    if settings.dialect != "sqlite":
        return None
    path = Path(sqlite_path(settings.database_url))
    return None if path.exists() else path


def _of_clock(date: datetime | None) -> Verdict:
    if date is None:
        return skipped("clock", "Stripe's answer carried no date")
    skew = round((datetime.now(UTC) - date).total_seconds())
    if abs(skew) > SKEW_SECONDS:
        where = "ahead of" if skew > 0 else "behind"
        fix = "let NTP set this machine's clock; webhook signatures more than 300 s off are refused"
        return failed("clock", f"this machine is {abs(skew)} s {where} Stripe", fix)
    return passed("clock", f"within {max(abs(skew), 1)} s of Stripe's")


def _unasked(reason: str) -> list[Verdict]:
    names = (
        "permissions",
        "webhook endpoint",
        "api version",
        "prices",
        "checkout options",
        "refunds and disputes",
        "clock",
    )
    return [skipped(name, reason) for name in names]
