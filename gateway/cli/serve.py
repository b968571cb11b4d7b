"""`gateway serve`: production. It refuses to start half-configured."""

import asyncio
from typing import Annotated

import typer

from gateway.bootstrap import load_catalogue, require_current_schema
from gateway.cli.servers import bind, gateway_site, run_sites
from gateway.settings import load_settings
from gateway.telemetry.failpoints import arm_failpoints
from gateway.telemetry.logs import configure_logs, get_logger

log = get_logger(__name__)


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (GATEWAY_HOST; default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (GATEWAY_PORT; default 3002).")] = None,
) -> None:
    """Serve payments. Needs STRIPE_API_KEY and STRIPE_WEBHOOK_SECRET; run `gateway migrate` first.

    Every missing or contradictory setting is named in one message, and the exit status is 2.
    """
    settings = load_settings(host=host, port=port)
    load_catalogue(settings)
    arm_failpoints(settings.failpoints)
    configure_logs(json=True)
    asyncio.run(require_current_schema(settings))
    sockets = bind([settings.host], settings.port)
    run_sites(
        [gateway_site(settings, sockets)],
        started=lambda: log.info("The gateway is serving.", action="serve.started", url=settings.base_url),
    )
