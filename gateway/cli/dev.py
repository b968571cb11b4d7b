"""`gateway dev`: everything on the embedded defaults, in one process, in a few seconds."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.app import open_with_background
from gateway.cli.dev_folder import DEFAULT_PATH, PORT, SANDBOX_KEY, SANDBOX_PORT, DevFolder
from gateway.cli.help_text import examples
from gateway.cli.narrator import narrated
from gateway.cli.sandbox import LOOPBACK, sandbox_prices
from gateway.http.assets import HOW, missing
from gateway.models.migrations import upgrade
from gateway.openers import load_catalogue
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxWebhook
from gateway.services.container import Services
from gateway.serving.servers import Site, bind, gateway_site, run_sites, take_database
from gateway.settings import Settings, load_settings, variables_set
from gateway.storefront.texts import DEMO_SHOP
from gateway.telemetry.logs import configure_logs
from gateway.webhooks.path import WEBHOOK_PATH

GRACE_SECONDS = 2
UNUSED = ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE", "GATEWAY_HOST", "GATEWAY_PORT")
"""What `dev` decides for itself, whatever is set."""
EXAMPLES = examples(
    "gateway dev",
    "gateway dev --port 4000 --sandbox-port 4001 --data /tmp/shop",
    "gateway payments list     in the same folder, while it runs or later",
)
console = Console(highlight=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    app.command("dev", epilog=EXAMPLES, short_help="Run all of it here, with a pretend Stripe beside it.")(dev)


def dev(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the gateway answers.")] = PORT,
    sandbox_port: Annotated[int, typer.Option(min=1, max=65535, help="Where the pretend Stripe answers.")] = (
        SANDBOX_PORT
    ),
    data: Annotated[Path, typer.Option(help="Folder for the database and the sandbox's memory.")] = DEFAULT_PATH,
    verbose: Annotated[bool, typer.Option("--verbose", help="Every request and every step as a line too.")] = False,
) -> None:
    """Run the whole thing on this machine: gateway, storefront, playground and a pretend Stripe beside it.

    No account, no server, no file to edit. Open the storefront, buy something with the card 4242 4242 4242 4242 and
    watch the payment turn paid. DATABASE_URL is honoured when set; your Stripe keys are never used. Pages of any port
    of this machine may call it, so a front end of your own needs no setting.
    """
    folder = DevFolder(data, port, sandbox_port)
    folder.create()
    admin_key, webhook_secret = secrets.token_urlsafe(24), f"whsec_{secrets.token_hex(16)}"
    settings = load_settings(
        defaults={
            "database_url": folder.database_url,
            "admin_keys": admin_key,
            "audit_keys": folder.audit_key(),
            "log_format": "text",
        },
        stripe_api_key=SANDBOX_KEY,
        stripe_webhook_secrets=webhook_secret,
        stripe_api_base=folder.sandbox_url,
        port=port,
        development=True,
    )
    configure_logs(json=settings.log_format == "json", level=logging.INFO if verbose else logging.WARNING)
    folder.take()
    take_database(settings)
    sockets = bind(LOOPBACK, port), bind(LOOPBACK, sandbox_port, option="--sandbox-port")
    asyncio.run(upgrade(settings))
    folder.note_ports()
    sandbox = create_sandbox(
        SandboxConfig(
            base_url=folder.sandbox_url,
            webhooks=(SandboxWebhook(f"http://localhost:{port}{settings.base_path}{WEBHOOK_PATH}", webhook_secret),),
            prices=sandbox_prices(load_catalogue(settings)),
            state_path=folder.sandbox_path,
            shop_name=settings.shop_name or DEMO_SHOP.en,
            shop_name_zh=settings.shop_name or DEMO_SHOP.zh,
        )
    )
    sites = [gateway_site(settings, sockets[0], opening=_open_and_narrate), Site(sandbox, sockets[1])]
    run_sites(sites, started=lambda: _welcome(settings, folder), grace_seconds=GRACE_SECONDS)


@asynccontextmanager
async def _open_and_narrate(settings: Settings) -> AsyncIterator[Services]:
    async with open_with_background(settings) as services, narrated(services, _say):
        yield services


def _say(line: str) -> None:
    console.print(Text(line))


def _welcome(settings: Settings, folder: DevFolder) -> None:
    base = settings.base_url
    table = Table.grid(padding=(0, 2))
    for name, value in {
        "Storefront": f"{base}/",
        "Playground": f"{base}/graphql",
        "Console": f"{base}/console",
        "REST docs": f"{base}/api/docs",
        "Sandbox": folder.sandbox_url,
        "Admin key": settings.admin_keys[0].secret.get_secret_value(),
        "Data": str(folder.path.resolve()),
        "Reads": _sources(),
    }.items():
        table.add_row(f"[bold]{name}[/bold]", Text(value))
    console.print(table)
    if missing():
        console.print(f"\nThe playground and the REST docs need files from npm, once: [bold]{HOW}[/bold]")
    console.print("\nPay with [bold]4242 4242 4242 4242[/bold], any future date, any CVC. Ctrl-C stops everything.")


def _sources() -> str:
    """Which variables count and where they stand; their values may be secrets."""
    found = {name: where for name, where in variables_set().items() if name not in UNUSED}
    places = {place: sorted(name for name, where in found.items() if where == place) for place in found.values()}
    said = [f"{', '.join(names)} from {place}" for place, names in sorted(places.items())]
    dot_env = "" if ".env" in places else f"{Path('.env').resolve()}, " if Path(".env").is_file() else ""
    unused = sorted(set(variables_set()) & set(UNUSED))
    not_used = f"; not used here: {', '.join(unused)}" if unused else ""
    return dot_env + ("; ".join(said) or "no setting is given, the defaults hold") + not_used
