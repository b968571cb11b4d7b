"""Runs the jobs in whichever process leads. A failing round is logged and comes again; it never ends the runner."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.engines.leadership import Term
from gateway.services.container import Services
from gateway.telemetry.logs import get_logger
from gateway.worker.jobs import Job, jobs

log = get_logger(__name__)


@asynccontextmanager
async def background_work(services: Services) -> AsyncIterator[None]:
    """The jobs run until the block ends, in the one process that leads."""
    task = asyncio.create_task(_lead(services))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _lead(services: Services) -> None:
    """Term after term: wait to be elected, work until the term is over, and stop at once when it is."""
    while True:
        async with services.leadership.term() as term:
            tasks = [asyncio.create_task(_beat(job, term), name=job.name) for job in jobs(services)]
            try:
                await term.over()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def _beat(job: Job, term: Term) -> None:
    while True:
        await asyncio.sleep(job.every_seconds)
        if not term.is_certain:
            continue  # This process stood still, and somebody else may lead by now; `over` will tell.
        try:
            done = await job.run()
        except Exception as error:
            log.warning("A background round failed.", action="worker.failed", job=job.name, error=repr(error))
            continue
        if done:
            log.info("Background work was done.", action="worker.done", job=job.name, count=done)
