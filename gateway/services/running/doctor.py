"""What is wrong with an installation, point by point, each with its mend. It looks and changes nothing.

A point that cannot be judged is said to be skipped and why; it is neither well nor ill.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from gateway.database import Connection, Database
from gateway.domain.errors import ServiceUnavailable
from gateway.domain.stripe_event import KINDS, Kind
from gateway.engine_urls import sqlite_path
from gateway.models import Payment
from gateway.models.migrations import schema_state
from gateway.pubsub.redis_ping import ping
from gateway.settings import Settings
from gateway.stripe_api.account import Endpoint, StripeAccount, spoken_version
from gateway.stripe_api.errors import StripeFault, Unexecuted

WEBHOOK_PATH = "/api/stripe/webhook"
SKEW_SECONDS = 60
"""Signatures are refused beyond 300 seconds; a clock that is a minute off is on its way there."""
LOCAL = {"localhost", "127.0.0.1", "::1"}
TELLING = frozenset(name for name, kind in KINDS.items() if kind is Kind.SESSION)
"""Without these events a payment is learned of only by asking."""


class Mark(StrEnum):
    WELL = "well"
    ILL = "ill"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`mend` says what to do about it."""

    name: str
    mark: Mark
    sentence: str
    mend: str | None = None


def well(name: str, sentence: str) -> Verdict:
    return Verdict(name, Mark.WELL, sentence)


def ill(name: str, sentence: str, mend: str) -> Verdict:
    return Verdict(name, Mark.ILL, sentence, mend)


def skipped(name: str, sentence: str, mend: str | None = None) -> Verdict:
    return Verdict(name, Mark.SKIPPED, sentence, mend)


class Doctor:
    def __init__(self, settings: Settings, database: Database, account: StripeAccount) -> None:
        self._settings = settings
        self._database = database
        self._account = account

    async def examine(self) -> AsyncIterator[Verdict]:
        """Each verdict as soon as it is known."""
        for verdict in await self._of_database():
            yield verdict
        yield await self._of_redis()
        for verdict in await self._of_stripe():
            yield verdict

    async def _of_database(self) -> list[Verdict]:
        missing = missing_file(self._settings)
        if missing is not None:
            absent = ill("database", f"there is no file {missing}", "gateway migrate")
            return [absent, skipped("migrations", "the database could not be asked")]
        try:
            state = await self._database.read(schema_state)
        except ServiceUnavailable:
            mend = "check DATABASE_URL, and that the server runs and can be reached from here"
            away = ill("database", f"{self._settings.dialect} does not answer", mend)
            return [away, skipped("migrations", "the database could not be asked")]
        answers = well("database", f"{self._settings.dialect} answers")
        if not state.is_current:
            mend = "deploy the newer gateway" if state.ahead else "gateway migrate"
            return [answers, ill("migrations", state.sentence, mend)]
        return [answers, well("migrations", state.sentence), await self._of_mode()]

    async def _of_mode(self) -> Verdict:
        ours, other = ("live", "test") if self._settings.livemode else ("test", "live")
        livemode = not self._settings.livemode

        async def strangers(connection: Connection) -> bool:
            return await Payment.filter(livemode=livemode).using_db(connection).exists()

        if await self._database.read(strangers):
            mend = "give each mode a database of its own: check DATABASE_URL and STRIPE_API_KEY"
            return ill("mode", f"the key is of {ours} mode, and the database holds {other} payments", mend)
        return well("mode", f"key and database are of {ours} mode")

    async def _of_redis(self) -> Verdict:
        if self._settings.redis_url is None:
            return skipped("redis", "REDIS_URL is not set; one process does not need it")
        problem = await ping(self._settings.redis_url)
        if problem is not None:
            return ill("redis", problem, "check REDIS_URL; until then limits and fan-out are each process's own")
        return well("redis", "it answers")

    async def _of_stripe(self) -> list[Verdict]:
        try:
            greeting = await self._account.greet()
        except Unexecuted:
            mend = "check STRIPE_API_KEY; a restricted key needs to write Checkout Sessions and read prices"
            refused = ill("stripe key", "Stripe refuses it", mend)
            return [refused, *_unasked("Stripe refused the key")]
        except StripeFault:
            mend = "check the network from here to Stripe, and STRIPE_API_BASE if it is set"
            return [ill("stripe key", "Stripe does not answer", mend), *_unasked("Stripe does not answer")]
        return [well("stripe key", "Stripe accepts it"), *await self._of_webhooks(), _of_clock(greeting.date)]

    async def _of_webhooks(self) -> list[Verdict]:
        try:
            endpoints = await self._account.endpoints()
        except StripeFault:
            mend = "allow the key to read webhook endpoints, or look at Stripe Dashboard → Webhooks"
            return [skipped("webhook endpoint", "this key may not list the endpoints", mend)]
        url = f"{self._settings.base_url}{WEBHOOK_PATH}"
        found = next((endpoint for endpoint in endpoints if endpoint.url.rstrip("/") == url), None)
        if found is None and (urlsplit(url).hostname or "") in LOCAL:
            mend = f"stripe listen --forward-to {url}"
            return [skipped("webhook endpoint", "Stripe cannot reach localhost by itself", mend)]
        if found is None:
            mend = f"add {url} in Stripe Dashboard → Webhooks, or set GATEWAY_PUBLIC_URL to where it is"
            return [ill("webhook endpoint", f"Stripe has none for {url}", mend)]
        return [_of_endpoint(found), _of_version(found)]


def missing_file(settings: Settings) -> Path | None:
    """Opening an SQLite database would create it; a look must not."""
    if settings.dialect != "sqlite":
        return None
    path = Path(sqlite_path(settings.database_url))
    return None if path.exists() else path


def _of_endpoint(endpoint: Endpoint) -> Verdict:
    if not endpoint.enabled:
        return ill("webhook endpoint", f"{endpoint.url} is disabled", "enable it in Stripe Dashboard → Webhooks")
    missing = sorted(TELLING - endpoint.events) if "*" not in endpoint.events else []
    if missing:
        return ill("webhook endpoint", f"it is not sent {', '.join(missing)}", "add these events to the endpoint")
    return well("webhook endpoint", f"Stripe sends events to {endpoint.url}")


def _of_version(endpoint: Endpoint) -> Verdict:
    """Versions of one release (the word after the point) are compatible; without that word only equal ones are."""
    spoken = spoken_version()
    if endpoint.api_version is None:
        return skipped("api version", f"the endpoint uses the account's default; this gateway reads {spoken}")
    if endpoint.api_version.rpartition(".")[2] != spoken.rpartition(".")[2]:
        mend = f"create an endpoint with the API version {spoken}, then remove the old one"
        return ill("api version", f"events come in {endpoint.api_version}, and this gateway reads {spoken}", mend)
    return well("api version", f"events come in {endpoint.api_version}")


def _of_clock(date: datetime | None) -> Verdict:
    if date is None:
        return skipped("clock", "Stripe's answer carried no date")
    skew = round((datetime.now(UTC) - date).total_seconds())
    if abs(skew) > SKEW_SECONDS:
        where = "ahead of" if skew > 0 else "behind"
        mend = "let NTP set this machine's clock; webhook signatures more than 300 s off are refused"
        return ill("clock", f"this machine is {abs(skew)} s {where} Stripe", mend)
    return well("clock", f"within {max(abs(skew), 1)} s of Stripe's")


def _unasked(reason: str) -> list[Verdict]:
    return [skipped(name, reason) for name in ("webhook endpoint", "api version", "clock")]
