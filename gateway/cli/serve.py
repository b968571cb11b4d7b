"""`gateway serve`: production. It refuses to start half-configured."""

import asyncio
import socket
from typing import Annotated

import typer

from gateway.cli.help_text import examples
from gateway.domain.errors import ServiceUnavailable
from gateway.openers import load_catalogue, require_current_schema
from gateway.serving.servers import bind, gateway_site, run_sites, take_database
from gateway.serving.workers import NOT_NOW, require_shared_engines, supervise
from gateway.settings import Settings, load_settings
from gateway.telemetry.failpoints import arm_failpoints
from gateway.telemetry.logs import configure_logs, get_logger

log = get_logger(__name__)

EXAMPLES = examples("gateway migrate && gateway serve", "gateway serve --host 0.0.0.0 --port 8080 --workers 4")


def register(app: typer.Typer) -> None:
    app.command("serve", epilog=EXAMPLES, short_help="Serve payments, in production.")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (GATEWAY_HOST; default 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (GATEWAY_PORT; default 3002).")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="More than one needs PostgreSQL and Redis.")] = 1,
    inherit_socket: Annotated[list[int] | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve payments. Run `gateway migrate` first.

    Needs STRIPE_API_KEY, STRIPE_WEBHOOK_SECRET, and GATEWAY_SUCCESS_URL with GATEWAY_CANCEL_URL (or
    GATEWAY_STOREFRONT=on).

    Every missing or contradictory setting is named in one message, and the exit status is 2.
    """
    settings = load_settings(to_serve=True, host=host, port=port)
    load_catalogue(settings)
    if workers > 1:
        require_shared_engines(settings, workers)
    arm_failpoints(settings.failpoints)
    configure_logs(json=settings.log_format == "json")
    if inherit_socket:
        _work(settings, [socket.socket(fileno=descriptor) for descriptor in inherit_socket])
        return
    take_database(settings)
    asyncio.run(require_current_schema(settings))
    sockets = bind([settings.host], settings.port)
    if workers == 1:
        _run(settings, sockets)
        return
    raise typer.Exit(supervise(workers, sockets, ["--host", settings.host, "--port", str(settings.port)]))


def _work(settings: Settings, sockets: list[socket.socket]) -> None:
    """As a worker: one that finds no database says so and is started again."""
    try:
        _run(settings, sockets, is_supervised=True)
    except ServiceUnavailable:
        log.warning("A worker cannot start without the database.", action="worker.no_database")
        raise typer.Exit(NOT_NOW) from None


def _run(settings: Settings, sockets: list[socket.socket], *, is_supervised: bool = False) -> None:
    run_sites(
        [gateway_site(settings, sockets)],
        started=lambda: log.info("The gateway is serving.", action="serve.started", url=settings.base_url),
        is_supervised=is_supervised,
    )
