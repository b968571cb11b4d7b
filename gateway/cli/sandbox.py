"""`gateway sandbox`: the pretend Stripe alone, for front ends and for other projects' CI."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway.domain.catalogue import Catalogue
from gateway.domain.language import Language
from gateway.openers import load_catalogue
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import SandboxConfig, SandboxPrice
from gateway.serving.servers import Site, bind, run_sites
from gateway.settings import load_settings
from gateway.telemetry.logs import configure_logs

WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 (a pretend Stripe's pretend secret)
LOOPBACK = ("127.0.0.1", "::1")


def register(app: typer.Typer) -> None:
    app.command("sandbox")(sandbox)


def sandbox(
    port: Annotated[int, typer.Option(help="Where the sandbox answers.")] = 12111,
    forward_to: Annotated[
        str | None, typer.Option(help="Where webhooks go, like http://localhost:3002/api/stripe/webhook.")
    ] = None,
    webhook_secret: Annotated[str, typer.Option(help="What webhooks are signed with.")] = WEBHOOK_SECRET,
    catalogue: Annotated[Path | None, typer.Option(help="TOML file of prices; default: the seven packages.")] = None,
) -> None:
    """A pretend Stripe: the API, a hosted checkout page and signed webhooks. No account, no real money.

    Point any Stripe SDK at it (api base http://localhost:12111, any key that starts with sk_test_).
    """
    settings = load_settings(
        catalogue=catalogue, stripe_api_key="sk_test_sandbox", stripe_webhook_secrets=webhook_secret
    )
    configure_logs(json=False)
    app = create_sandbox(
        SandboxConfig(
            base_url=f"http://localhost:{port}",
            webhook_url=forward_to,
            webhook_secret=webhook_secret,
            prices=sandbox_prices(load_catalogue(settings)),
        )
    )
    console = Console(highlight=False)
    run_sites(
        [Site(app, bind(LOOPBACK, port))],
        started=lambda: console.print(f"Sandbox  http://localhost:{port}   (Ctrl-C stops it)"),
        grace_seconds=2,
    )


def sandbox_prices(catalogue: Catalogue) -> tuple[SandboxPrice, ...]:
    """The catalogue's packages as prices the sandbox holds from the start."""
    return tuple(
        SandboxPrice(
            id=package.price_id,
            name=package.name(Language.EN),
            description=package.description(Language.EN) or "",
            unit_amount=package.unit_amount.amount_minor,
            currency=package.unit_amount.currency,
        )
        for package in catalogue
    )
