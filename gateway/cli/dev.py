"""`gateway dev`: everything on the embedded defaults, in one process, in a few seconds."""

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway.cli.playground import HOW
from gateway.cli.sandbox import LOOPBACK, sandbox_prices
from gateway.graphql.playground import assets_directory
from gateway.models.migrations import upgrade
from gateway.openers import load_catalogue
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxWebhook
from gateway.serving.servers import Site, bind, gateway_site, run_sites
from gateway.settings import Settings, load_settings
from gateway.telemetry.logs import configure_logs

GRACE_SECONDS = 2


def register(app: typer.Typer) -> None:
    app.command("dev")(dev)


def dev(
    port: Annotated[int, typer.Option(help="Where the gateway answers.")] = 3002,
    sandbox_port: Annotated[int, typer.Option(help="Where the pretend Stripe answers.")] = 12111,
    data: Annotated[Path, typer.Option(help="Folder for the database and the sandbox's memory.")] = Path(".gateway"),
) -> None:
    """Run the whole thing on this machine: gateway, storefront, playground and a pretend Stripe beside it.

    No account, no server, no file to edit. Open the storefront, buy something with the card 4242 4242 4242 4242 and
    watch the payment turn paid. DATABASE_URL is honoured when set; your Stripe keys are never used.
    """
    admin_key, webhook_secret = secrets.token_urlsafe(24), f"whsec_{secrets.token_hex(16)}"
    data.mkdir(parents=True, exist_ok=True)
    settings = load_settings(
        defaults={
            "database_url": f"sqlite://{data / 'gateway.db'}",
            "admin_keys": admin_key,
            "audit_keys": _audit_key(data / "audit.key"),
        },
        stripe_api_key="sk_test_sandbox",
        stripe_webhook_secrets=webhook_secret,
        stripe_api_base=f"http://localhost:{sandbox_port}",
        port=port,
        development=True,
    )
    configure_logs(json=False)
    sockets = bind(LOOPBACK, port), bind(LOOPBACK, sandbox_port, option="--sandbox-port")
    asyncio.run(upgrade(settings))
    sandbox = create_sandbox(
        SandboxConfig(
            base_url=f"http://localhost:{sandbox_port}",
            webhooks=(SandboxWebhook(f"http://localhost:{port}/api/stripe/webhook", webhook_secret),),
            prices=sandbox_prices(load_catalogue(settings)),
            state_path=data / "sandbox.db",
            shop_name="The Demo Shop",
        )
    )
    sites = [gateway_site(settings, sockets[0]), Site(sandbox, sockets[1])]
    run_sites(sites, started=lambda: _welcome(settings, sandbox_port), grace_seconds=GRACE_SECONDS)


def _audit_key(path: Path) -> str:
    """Made once and kept beside the data: a key that is lost leaves a history that nobody can judge."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), "utf-8")
    return path.read_text("utf-8").strip()


def _welcome(settings: Settings, sandbox_port: int) -> None:
    base = settings.base_url
    table = Table.grid(padding=(0, 2))
    for name, value in {
        "Storefront": f"{base}/",
        "Playground": f"{base}/graphql",
        "REST docs": f"{base}/api/docs",
        "Sandbox": f"http://localhost:{sandbox_port}",
        "Admin key": settings.admin_keys[0].secret.get_secret_value(),
    }.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    if assets_directory() is None:
        console.print(f"\nThe playground loads GraphiQL from unpkg.com. To have it offline: [dim]{HOW}[/dim]")
    console.print("\nPay with [bold]4242 4242 4242 4242[/bold], any future date, any CVC. Ctrl-C stops everything.")
