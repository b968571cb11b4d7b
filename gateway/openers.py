"""One part opened alone, for commands that need no more: database, Stripe, doctor; and what a start requires."""

import importlib.resources
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.domain.catalogue import Catalogue, CatalogueError, parse_catalogue
from gateway.engines.database import Database
from gateway.models.migrations import SchemaState, schema_state
from gateway.secret_lists import hide_keys
from gateway.services.checkout.price_control import PriceControl
from gateway.services.recording.history import AuditKeys
from gateway.services.running.doctor import Doctor
from gateway.services.running.doctor_stripe import StripeExaminer
from gateway.settings import Settings, SettingsError
from gateway.stripe_api.account import StripeAccount
from gateway.stripe_api.checkout import StripeCheckout
from gateway.stripe_api.client import build_client, close_client
from gateway.stripe_api.gate import Gate
from gateway.webhooks.path import WEBHOOK_PATH


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database alone. Raises SettingsError when its schema is not this program's."""
    database = await Database.open(settings)
    try:
        await require_current(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_stripe(settings: Settings) -> AsyncIterator[StripeCheckout]:
    """Stripe alone."""
    client = build_client(settings)
    try:
        yield StripeCheckout(client, Gate(settings.stripe_rate_limit))
    finally:
        await close_client(client)


@asynccontextmanager
async def open_account(settings: Settings) -> AsyncIterator[tuple[StripeAccount, StripeCheckout]]:
    """The account, and Stripe, without a database."""
    client = build_client(settings)
    try:
        yield StripeAccount(client), StripeCheckout(client, Gate(settings.stripe_rate_limit))
    finally:
        await close_client(client)


@asynccontextmanager
async def open_doctor(settings: Settings) -> AsyncIterator[Doctor]:
    """Whatever the state of the installation: finding that out is what the doctor is for."""
    database = await Database.open(settings)
    client = build_client(settings)
    try:
        catalogue, account = load_catalogue(settings), StripeAccount(client)
        stripe = StripeCheckout(client, Gate(settings.stripe_rate_limit))
        control = PriceControl(database, stripe, catalogue)
        examiner = StripeExaminer(
            webhook_url=f"{settings.base_url}{WEBHOOK_PATH}",
            catalogue=catalogue,
            database=database,
            account=account,
            stripe=stripe,
            control=control,
        )
        yield Doctor(settings, database, account, examiner)
    finally:
        await close_client(client)
        await database.close()


def load_catalogue(settings: Settings) -> Catalogue:
    """The file of GATEWAY_CATALOGUE, else the guide's seven packages. Raises SettingsError."""
    return read_catalogue(settings.catalogue, name="GATEWAY_CATALOGUE")


def read_catalogue(path: Path | None, *, name: str) -> Catalogue:
    """The file, else the guide's seven packages. `name` is who named the file. Raises SettingsError."""
    try:
        if path is None:
            text = (importlib.resources.files("gateway") / "catalogue.toml").read_text("utf-8")
        else:
            text = path.read_text("utf-8")
        return parse_catalogue(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError([f"{name}: {_shown(path)} cannot be read: {reason}"]) from error
    except CatalogueError as error:
        raise SettingsError([f"{name}: {error}"]) from error


def _shown(path: Path | None) -> str:
    """What has neither a folder nor a suffix is hardly a file, and may be a key in the wrong variable."""
    is_path = path is not None and (path.suffix or len(path.parts) > 1)
    return str(path) if is_path else hide_keys(str(path), path)


async def read_schema_state(settings: Settings) -> SchemaState:
    """Open the database for this one question."""
    database = await Database.open(settings)
    try:
        return await database.read(schema_state)
    finally:
        await database.close()


async def require_current_schema(settings: Settings) -> None:
    """Raises SettingsError, with the fix, when the schema is behind this program or ahead of it."""
    refuse_unless_current(await read_schema_state(settings))


def audit_keys(settings: Settings) -> AuditKeys:
    return AuditKeys(tuple(key.get_secret_value() for key in settings.audit_keys))


async def require_current(database: Database) -> None:
    """Raises SettingsError, with the fix; and holds the database to the schema that it has now."""
    state = await database.read(schema_state)
    refuse_unless_current(state)
    database.expect(state.applied)


def refuse_unless_current(state: SchemaState) -> None:
    if not state.is_current:
        raise SettingsError([state.sentence])
