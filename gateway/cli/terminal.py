"""Opening the services for one question from the terminal, and how a command ends that cannot be answered."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

import typer

from gateway.bootstrap import open_services
from gateway.cli.dev_folder import operators_settings, unused_folder
from gateway.domain.errors import GatewayError
from gateway.domain.language import Language
from gateway.services.container import Services
from gateway.services.running.doctor import missing_file
from gateway.settings import Settings, SettingsError
from gateway.telemetry.logs import configure_logs

Answer = TypeVar("Answer")


def ask(question: Callable[[Services], Awaitable[Answer]], *, needs_stripe: bool = False) -> Answer:
    """Answer a question about the database of DATABASE_URL. Exit 2 when it cannot be answered.

    Reading needs no Stripe account; whatever depends on the key's mode says that it `needs_stripe`.
    """
    settings = settings_of_a_database(needs_stripe=needs_stripe)
    return run(lambda: _ask(settings, question))


def run(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Only errors are logged: a command's output is its answer. Raises typer.Exit(2) after saying why."""
    configure_logs(json=True, level=logging.ERROR)
    try:
        return asyncio.run(_awaited(work))
    except GatewayError as error:
        fail(error.message(Language.EN), status=2)


def settings_of_a_database(*, needs_stripe: bool = False) -> Settings:
    """Raises SettingsError too when the SQLite file is not there: looking into it would make an empty one."""
    settings = operators_settings(needs_stripe=needs_stripe)
    absent = missing_file(settings)
    if absent is not None:
        fix = "Name another, or run: gateway migrate."
        raise SettingsError([f"DATABASE_URL: there is no file {absent}. {fix}{unused_folder()}"])
    return settings


def fail(sentence: str, *, status: int = 1) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(status)


def as_utc(moment: datetime | None) -> datetime | None:
    """Times on the command line are UTC unless they say otherwise."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


async def _ask(settings: Settings, question: Callable[[Services], Awaitable[Answer]]) -> Answer:
    async with open_services(settings) as services:
        return await question(services)


async def _awaited(work: Callable[[], Awaitable[Answer]]) -> Answer:
    return await work()
