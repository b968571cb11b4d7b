"""Reconciliation: compare ourselves with Stripe over a window, repair what can be, and keep what was found.

Stripe may never make an event, so its sessions are listed, not its events, and fed through the
same facts and the same recorder as everything else. It never writes a status, and it makes no payment: the one thing
it asks Stripe to change is to expire a session whose cancel was recorded and then lost.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

from gateway.domain.catalogue import Catalogue
from gateway.domain.errors import GatewayError, InvalidRequest, StripeUnavailable
from gateway.domain.language import Language, Text
from gateway.engines.database import Database
from gateway.services.operators.paging import Edge, Page, check_first
from gateway.services.reconciliation import report
from gateway.services.reconciliation.adoption import Adopter
from gateway.services.reconciliation.compare import Comparer
from gateway.services.reconciliation.ledger import LedgerLine
from gateway.services.reconciliation.report import (
    Difference,
    DifferenceKind,
    Outcome,
    ReconciliationReport,
    RunRequest,
)
from gateway.services.reconciliation.walk import Progress, Walk, Watch
from gateway.services.recording.recorder import Recorder
from gateway.services.running.installation import InstallationView
from gateway.settings import Settings
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.errors import Forbidden, StripeFault
from gateway.telemetry.logs import get_logger
from gateway.telemetry.metrics import LEDGER_DRIFT

__all__ = [
    "Difference",
    "DifferenceKind",
    "LedgerLine",
    "Outcome",
    "Progress",
    "ReconciliationReport",
    "ReconciliationService",
    "RunRequest",
]

DEFAULT_WINDOW = timedelta(hours=48)
MAX_PAGE = 1000
LONGEST_REQUESTED = timedelta(days=31)
PATIENCE_SECONDS = 10.0
BACKGROUND = "background"

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_UNDER_WAY = Text(
    en="A reconciliation is under way; look at `reconciliations` for its end.",
    zh="对账正在进行中，请在 reconciliations 中查看结果。",
)
_WINDOW = Text(
    en="The window must begin before it ends, end by now and be at most 31 days long.",
    zh="时间窗口必须先开始后结束，不得晚于当前时间，且最长为 31 天。",
)

log = get_logger(__name__)


class ReconciliationService:
    """One run at a time in this process; runs in several processes at once repeat work and do no harm."""

    def __init__(
        self,
        *,
        settings: Settings,
        catalogue: Catalogue,
        database: Database,
        stripe: StripeCheckout,
        recorder: Recorder,
        installation: Callable[[], InstallationView],
    ) -> None:
        self._settings = settings
        self._database = database
        self._stripe = stripe
        self._installation = installation
        self._comparer = Comparer(database, stripe, recorder)
        self._adopter = Adopter(database, stripe, recorder, catalogue, livemode=settings.livemode)
        self._turn = asyncio.Lock()
        self._requested: asyncio.Task[ReconciliationReport] | None = None

    async def run(
        self,
        *,
        window_start: datetime | None = None,
        window_end: datetime | None = None,
        adopt: bool = False,
        trigger: str,
        progress: Watch | None = None,
    ) -> ReconciliationReport:
        """Compare, repair, store. The window is the last 48 hours unless given; rows that are not settled always count.

        The report's outcome is `failed`, with the problem in a sentence, when Stripe was away or the run stumbled; what
        was repaired until then stays repaired. Raises ServiceUnavailable when the run cannot even be stored.
        `progress` is called as it goes, and once for every difference.
        """
        async with self._turn:
            end = window_end or datetime.now(UTC)
            request = RunRequest(window_start or end - DEFAULT_WINDOW, end, trigger, adopt)
            run_id = await self._database.run(lambda connection: report.begin(connection, request))
            walk = Walk(
                run_id=run_id,
                request=request,
                livemode=self._settings.livemode,
                database=self._database,
                stripe=self._stripe,
                comparer=self._comparer,
                adopter=self._adopter,
                instances=self._installation().instances,
                watch=progress,
            )
            problem: str | None = "The run was interrupted."
            try:
                problem = await _problem_of(walk)
            finally:
                done = await self._finish(run_id, walk, problem)
            return done

    async def request(
        self, *, window_start: datetime | None = None, window_end: datetime | None = None, trigger: str
    ) -> ReconciliationReport:
        """A run that nobody has to wait for: its report when it ends within ten seconds, else as it stands by then.

        Raises InvalidRequest while another runs in this process, and for a window that is longer than 31 days, ends
        before it begins or reaches into the future.
        """
        now = datetime.now(UTC)
        end = window_end or now
        start = window_start or max(end, _BEGINNING) - DEFAULT_WINDOW
        if not (timedelta(0) < end - start <= LONGEST_REQUESTED and end <= now):
            raise InvalidRequest(problem=_WINDOW)
        if self._turn.locked() or self._requested is not None:
            raise InvalidRequest(problem=_UNDER_WAY)
        run = asyncio.create_task(self.run(window_start=start, window_end=end, trigger=trigger))
        self._requested = run
        run.add_done_callback(self._ended)
        done, _ = await asyncio.wait({run}, timeout=PATIENCE_SECONDS)
        if done:
            return run.result()
        return next(run for run in await self.runs(first=MAX_PAGE) if run.request.trigger == trigger)

    async def stop(self) -> None:
        """Break off a requested run; it is stored as interrupted."""
        if self._requested is not None:
            self._requested.cancel()
            await asyncio.wait({self._requested})

    async def run_due(self) -> int:
        """The background run, when the last one of any process is long enough ago. How many differences it found."""
        every = timedelta(seconds=self._settings.reconcile_every_seconds)
        last = await self._database.read(lambda connection: report.last_started_at(connection, trigger=BACKGROUND))
        if last is not None and datetime.now(UTC) - last < every:
            return 0
        return (await self.run(trigger=BACKGROUND)).differences

    async def runs(self, *, first: int = 20, after: str | None = None) -> list[ReconciliationReport]:
        """Newest first; `after` is the id of the last run of the page before."""
        count = min(first, MAX_PAGE)
        return await self._database.read_for_operators(
            lambda connection: report.runs(connection, first=count, after=after)
        )

    async def page(self, *, first: int = 20, after: str | None = None) -> Page[ReconciliationReport]:
        """The same as a page with cursors. Raises InvalidRequest for a bad `first`."""
        found = await self.runs(first=check_first(first) + 1, after=after)
        return Page(tuple(Edge(run.id, run) for run in found[:first]), has_next=len(found) > first)

    async def differences(
        self, run_ids: Collection[str], *, first: int = 100, skip: int = 0
    ) -> Mapping[str, list[Difference]]:
        """Those of each run, in the order they were found."""
        count = min(first, MAX_PAGE)
        return await self._database.read(
            lambda connection: report.differences(connection, run_ids, first=count, skip=skip)
        )

    def _ended(self, run: asyncio.Task[ReconciliationReport]) -> None:
        self._requested = None
        if not run.cancelled() and run.exception() is not None:
            log.warning(
                "A requested comparison did not end.", action="reconciliation.failed", error=repr(run.exception())
            )

    async def _finish(self, run_id: str, walk: Walk, problem: str | None) -> ReconciliationReport:
        ledger = walk.ledger.lines()
        drifts = any(line.drift_minor for line in ledger)
        outcome = Outcome.DIFFERENCES if walk.tally.differences or drifts else Outcome.CLEAN
        outcome = Outcome.FAILED if problem else outcome
        done = await self._database.run(
            lambda connection: report.finish(connection, run_id, walk.tally, ledger, outcome=outcome, problem=problem)
        )
        # A run on request may be in any process; the gauge is the leader's, who measures it again.
        for line in ledger if problem is None and done.request.trigger == BACKGROUND else ():
            LEDGER_DRIFT.labels(line.currency).set(line.drift_minor)
        log.info(
            "We were compared with Stripe.",
            action="reconciliation.finished",
            run_id=run_id,
            outcome=outcome.value,
            sessions=done.sessions,
            differences=done.differences,
            repaired=done.repaired,
        )
        return done


async def _problem_of(walk: Walk) -> str | None:
    """Walk to the end; None, or a sentence about what stood in the way."""
    try:
        await walk.go()
    except Forbidden as fault:
        log.warning("The key may not do what a comparison needs.", action="reconciliation.failed", fault=str(fault))
        return f"The Stripe key lacks a permission: {fault.message}"
    except StripeFault as fault:
        log.warning("A comparison with Stripe broke off.", action="reconciliation.failed", fault=str(fault))
        return StripeUnavailable().message(Language.EN)
    except GatewayError as error:
        return error.message(Language.EN)
    except Exception:
        log.exception("A comparison with Stripe stumbled.", action="reconciliation.failed")
        return "Something unexpected stood in the way; the log says what."
    return None
