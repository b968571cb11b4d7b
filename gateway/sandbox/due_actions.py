"""What happens by itself: sessions expire and asynchronous payments settle when their time comes by the store's clock.

Called before every request too, so that nobody is ever shown a session as open past its time.
"""

import asyncio
import logging

from gateway.sandbox.checkout import complete_record, expire_session
from gateway.sandbox.runtime import Sandbox
from gateway.sandbox.schedule import Action
from gateway.sandbox.settlement import settle
from gateway.sandbox.store import Kind

TICK_SECONDS = 0.1

_log = logging.getLogger(__name__)


def restore(sandbox: Sandbox) -> None:
    """Enter what an earlier run left open or unsettled. What an older sandbox did not write has its default."""
    for session in sandbox.store.oldest_first(Kind.SESSION):
        if session["status"] == "open":
            sandbox.schedule.add(Action.EXPIRE, session["id"], due=session["expires_at"])
    for private in sandbox.store.oldest_first(Kind.CHECKOUT):
        complete_record(private)
        if private["settles_at"] is not None:
            sandbox.schedule.add(Action.SETTLE, private["id"], due=private["settles_at"])


def run_due(sandbox: Sandbox) -> None:
    """Do all whose time has come, and commit."""
    done = False
    while (entry := sandbox.schedule.take_due(sandbox.store.time())) is not None:
        action, session_id = entry
        session = sandbox.store.get(Kind.SESSION, session_id)
        if session is None:
            continue
        if action is Action.SETTLE:
            settle(sandbox, session)
        elif session["status"] == "open":
            expire_session(sandbox, session)
        done = True
    if done:
        sandbox.commit()


async def tick(sandbox: Sandbox) -> None:
    """Run until cancelled. One bad entry is logged and does not stop the clock."""
    while True:
        try:
            run_due(sandbox)
        except Exception:
            _log.exception("Something due could not be done.")
        await asyncio.sleep(TICK_SECONDS)
