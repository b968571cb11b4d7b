"""`gateway sandbox`: the pretend Stripe alone, for front ends and for other projects' CI.

It reads no setting of the gateway and nobody's `.env`: whatever it is to know is an option.
"""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from gateway.cli.help_text import examples
from gateway.domain.catalogue import Catalogue
from gateway.domain.language import Language
from gateway.openers import read_catalogue
from gateway.sandbox.app import create_sandbox
from gateway.sandbox.config import MAX_WEBHOOKS, SandboxConfig, SandboxPrice, SandboxWebhook
from gateway.serving.servers import Site, bind, run_sites
from gateway.settings import SettingsError
from gateway.telemetry.logs import configure_logs

LOOPBACK = ("127.0.0.1", "::1")
GRACE_SECONDS = 2
STATE_FILE = "sandbox.db"
EXAMPLES = examples(
    "gateway sandbox",
    "gateway sandbox --webhook http://localhost:3000/stripe=whsec_mine",
    "gateway sandbox --host 0.0.0.0 --base-url http://stripe:12111",
)


def register(app: typer.Typer) -> None:
    app.command("sandbox", epilog=EXAMPLES, short_help="A pretend Stripe alone, for front ends and CI.")(sandbox)


def sandbox(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; default: this machine alone. In a container: 0.0.0.0."),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 12111,
    base_url: Annotated[
        str | None,
        typer.Option(help="How buyers' browsers reach it, for the links to checkout; default: http://localhost:PORT."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for what it remembers; without one a restart forgets everything.")
    ] = None,
    webhook: Annotated[
        list[str] | None,
        typer.Option(metavar="URL=SECRET", help="Send every event there, signed with whsec_…; may be given again."),
    ] = None,
    catalogue: Annotated[Path | None, typer.Option(help="TOML file of prices; default: the seven packages.")] = None,
) -> None:
    """A pretend Stripe: the API, a hosted checkout page and signed webhooks. No account, no real money.

    Point any Stripe SDK at it: api base http://localhost:12111, any key that starts with sk_test_. No setting of the
    gateway and no .env is read. GET /healthz answers 200 when it is ready; SIGTERM ends it at once.
    """
    webhooks = [_webhook(text) for text in webhook or ()]
    if len(webhooks) > MAX_WEBHOOKS:
        raise typer.BadParameter(f"at most {MAX_WEBHOOKS} may be given", param_hint="--webhook")
    base = _url(base_url, "--base-url") if base_url else f"http://localhost:{port}"
    configure_logs(json=False)
    app = create_sandbox(
        SandboxConfig(
            base_url=base,
            webhooks=tuple(webhooks),
            prices=sandbox_prices(read_catalogue(catalogue, name="--catalogue")),
            state_path=_folder(data) / STATE_FILE if data else None,
        )
    )
    console = Console(highlight=False, soft_wrap=True)
    run_sites(
        [Site(app, bind([host] if host else LOOPBACK, port))],
        started=lambda: console.print(f"Sandbox  {base}   (Ctrl-C stops it)"),
        grace_seconds=GRACE_SECONDS,
    )


def sandbox_prices(catalogue: Catalogue) -> tuple[SandboxPrice, ...]:
    """The catalogue's packages as prices the sandbox holds from the start."""
    return tuple(
        SandboxPrice(
            id=package.price_id,
            name=package.name(Language.EN),
            description=package.description(Language.EN) or "",
            name_zh=package.name(Language.ZH),
            description_zh=package.description(Language.ZH),
            unit_amount=package.unit_amount.amount_minor,
            currency=package.unit_amount.currency,
        )
        for package in catalogue
    )


def _webhook(text: str) -> SandboxWebhook:
    """`http://localhost:3000/stripe=whsec_…`; the address may hold a `=` of its own."""
    url, _, secret = text.rpartition("=")
    if not secret.startswith("whsec_"):
        how = "write the address, then =, then a secret that starts with whsec_"
        raise typer.BadParameter(f"{how}, like http://localhost:3000/stripe=whsec_mine", param_hint="--webhook")
    return SandboxWebhook(_url(url, "--webhook"), secret)


def _url(text: str, option: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole:
        raise typer.BadParameter("write the whole url, like http://localhost:3000/stripe", param_hint=option)
    return text.rstrip("/") if option == "--base-url" else text


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError([f"--data: {path} cannot be used ({error.strerror}); name another folder."]) from error
    return path
