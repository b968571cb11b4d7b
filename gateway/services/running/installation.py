"""Whose gateway this is: one row, written at the first start, and the checks that only a proven contradiction fails.

A key of the other mode, or an account that differs, stops a start with a sentence. Ignorance never does: a restricted
key may not read the account, and Stripe may be away. Then our newest session, retrieved, proves that the key reaches
the same account; failing that a warning stays.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from gateway.domain.errors import ServiceUnavailable
from gateway.domain.identifiers import InstanceId
from gateway.engines.database import Connection, Database
from gateway.models import Installation, Payment
from gateway.models.installation import ONLY_ROW
from gateway.services.recording.sql import insert_unless_there
from gateway.settings import SettingsError
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import StripeFault
from gateway.telemetry.logs import get_logger

PATIENCE_SECONDS = 3.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InstallationView:
    """`account` is None until a call has proven it. `former` ids are ours too."""

    instance: InstanceId
    livemode: bool
    account: str | None
    former: tuple[InstanceId, ...]
    created_at: datetime
    is_written: bool = True

    @property
    def instances(self) -> frozenset[InstanceId]:
        return frozenset((self.instance, *self.former))


class InstallationService:
    """`current` is what is known now; it changes when the account is proven."""

    def __init__(
        self, database: Database, account: StripeAccount, stripe: StripeCheckout, view: InstallationView
    ) -> None:
        self._database = database
        self._account = account
        self._stripe = stripe
        self.current = view
        self.is_proven = False
        self.contradiction: str | None = None
        """What was proven after the start: this process should not serve this database."""

    @classmethod
    async def open(
        cls, database: Database, account: StripeAccount, stripe: StripeCheckout, *, livemode: bool
    ) -> "InstallationService":
        """Write the row at the first start. Raises SettingsError for a key of the other mode."""
        view = await database.run(lambda connection: begin(connection, livemode=livemode))
        refuse_other_mode(view, livemode=livemode)
        return cls(database, account, stripe, view)

    async def prove(self) -> int:
        """Ask Stripe whose key this is, unless it is known. Answers 1 when it was proven just now.

        Raises SettingsError when the account is another than this database's.
        """
        if self.is_proven:
            return 0
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                account = await self._account.account_id()
        except (StripeFault, TimeoutError):
            account = None
        if not account:
            return await self._prove_by_session()
        if self.current.account not in {None, account}:
            raise SettingsError([_another_account(self.current.account or "", account)])
        if self.current.account is None:
            self.current = await self._database.run(lambda connection: keep_account(connection, account))
        self.is_proven = True
        return 1

    async def prove_again(self) -> int:
        """The same in the background: a contradiction is kept, and makes the process not ready."""
        try:
            return await self.prove()
        except SettingsError as error:
            self.contradiction = error.problems[0]
            log.error("Another account.", action="installation.contradiction", fix=str(error))  # noqa: TRY400 (no defect)
            return 0

    async def _prove_by_session(self) -> int:
        newest = await self._database.read(partial(_newest_session, livemode=self.current.livemode))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if newest is not None:
                    await self._stripe.retrieve_session(newest)
                    self.is_proven = True
                    return 1
        except (StripeFault, TimeoutError):
            pass
        log.warning(
            "Whose account the Stripe key is of could not be proven; it is tried again.",
            action="installation.unproven",
        )
        return 0


async def begin(connection: Connection, *, livemode: bool) -> InstallationView:
    """The row, made now if this is the first start. A database with payments keeps their mode."""
    payment = await Payment.all().using_db(connection).order_by("created_at").first()
    mode = payment.livemode if payment is not None and not await _has_payments_of(connection, livemode) else livemode
    values = {
        "id": ONLY_ROW,
        "instance": uuid.uuid4().hex,
        "livemode": mode,
        "account": None,
        "former": "[]",
        "created_at": datetime.now(UTC),
    }
    await insert_unless_there(connection, "installation", values)
    return await show(connection)


async def show(connection: Connection) -> InstallationView:
    """Raises ServiceUnavailable before the first start."""
    row = await Installation.get_or_none(id=ONLY_ROW, using_db=connection)
    if row is None:
        raise ServiceUnavailable
    former = tuple(InstanceId(str(instance)) for instance in row.former)
    return InstallationView(InstanceId(row.instance), row.livemode, row.account, former, row.created_at)


async def peek(connection: Connection) -> InstallationView:
    """What is written, without writing: before the first start a view that nothing was made by."""
    if await Installation.filter(id=ONLY_ROW).using_db(connection).exists():
        return await show(connection)
    return InstallationView(InstanceId(uuid.uuid4().hex), False, None, (), datetime.now(UTC), is_written=False)


async def renew(connection: Connection) -> InstallationView:
    """A copy of a database becomes an installation of its own; the id it had is kept among the former ones."""
    view = await show(connection)
    former = [*view.former, view.instance]
    only = Installation.filter(id=ONLY_ROW).using_db(connection)
    await only.update(instance=uuid.uuid4().hex, former=former, account=None)
    return await show(connection)


async def claim(connection: Connection, instance: InstanceId) -> InstallationView:
    """The sessions of another id are ours: its database was lost. Claiming one's own id changes nothing."""
    view = await show(connection)
    if instance not in view.instances:
        await Installation.filter(id=ONLY_ROW).using_db(connection).update(former=[*view.former, instance])
    return await show(connection)


async def keep_account(connection: Connection, account: str) -> InstallationView:
    await Installation.filter(id=ONLY_ROW, account=None).using_db(connection).update(account=account)
    return await show(connection)


def refuse_other_mode(view: InstallationView, *, livemode: bool) -> None:
    """Raises SettingsError."""
    if view.livemode is livemode:
        return
    theirs, ours = ("live", "test") if view.livemode else ("test", "live")
    raise SettingsError(
        [
            f"STRIPE_API_KEY is a key of {ours} mode, and DATABASE_URL names a database of {theirs} mode. "
            f"Give each mode a database of its own: point DATABASE_URL at a new one and run `gateway migrate`."
        ]
    )


def _another_account(known: str, given: str) -> str:
    return (
        f"STRIPE_API_KEY is a key of the account {given}, and DATABASE_URL names a database of the account {known}. "
        "Use the key of that account, or point DATABASE_URL at a new database and run `gateway migrate`."
    )


async def _has_payments_of(connection: Connection, livemode: bool) -> bool:
    return await Payment.filter(livemode=livemode).using_db(connection).exists()


async def _newest_session(connection: Connection, *, livemode: bool) -> str | None:
    sold = Payment.filter(session_id__isnull=False, livemode=livemode).using_db(connection)
    row = await sold.order_by("-created_at").first()
    return row.session_id if row is not None else None
