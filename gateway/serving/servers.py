"""Running ASGI applications: sockets bound first, servers side by side, one signal for all, bounded endings."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn

from gateway.app import OpenServices, create_app
from gateway.domain.errors import ServiceUnavailable
from gateway.engine_urls import sqlite_path
from gateway.engines.database_file import FileTaken, take
from gateway.rate_limit.client_address import Network
from gateway.secret_lists import hide_keys
from gateway.serving.acceptor import Acceptor
from gateway.serving.bounds import Bounds
from gateway.serving.config import ServingConfig
from gateway.serving.descriptors import bounds_for, raise_descriptor_limit
from gateway.serving.http_protocol import GuardedHttp, announce_end
from gateway.serving.websocket_protocol import GuardedWebSocket
from gateway.settings import Settings, SettingsError
from gateway.telemetry.logs import get_logger

GRACE_SECONDS = 6
END_SECONDS = 9.0
"""From the signal to the end, whatever hangs: an engine that is frozen may hold each step for its own time."""
KEEP_ALIVE_SECONDS = 20
"""Longer than the proxy before us keeps a silent connection (docs/nginx.conf.template): whoever closes it first must
not be us, just as a POST arrives. And short, for a peer that reads nothing looks like one that is silent."""
PING_SECONDS = 10.0
PONG_SECONDS = 8.0
SWITCH_SECONDS = 0.0001
"""For so long a thread waits at most for a busy loop. SQLite writes from a thread that has to wait several times for
each statement, by default 5 ms each time, so that among floods everything queued behind one write."""
RECEIVE_BUFFER_BYTES = 64 * 1024
"""Per connection, in the system, which takes twice that and otherwise 6 MB: what a paused peer may still send for us to
hold, and a proxy before us to copy. No body and no message that we take is larger."""
UNTAKEN_MILLISECONDS = 15_000
"""After so long the system ends a connection whose peer takes nothing. What it has taken from us already, and holds for
such a peer, no protocol of ours can see.
"""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Site:
    """One Starlette application, the sockets it answers on, and what is called when the end is near."""

    app: Any
    sockets: list[socket.socket]
    drain: Callable[[], None] = lambda: None
    trusted_proxies: Sequence[Network] = ()
    """Their connections are not bounded by address."""


def gateway_site(settings: Settings, sockets: list[socket.socket], *, opening: OpenServices | None = None) -> Site:
    """The gateway, which drains its services before its connections are closed."""
    app = create_app(settings, opening=opening)

    def drain() -> None:
        services = getattr(app.state, "services", None)
        if services is not None:  # It is not there yet when the end comes during the start.
            services.drain()

    return Site(app, sockets, drain, settings.trusted_proxies)


class _Server(uvicorn.Server):
    """Accepts while there is room. Leaves signals alone: whoever runs several servers listens once, for all of them."""

    config: ServingConfig

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Instead of uvicorn's own, for sockets that are bound already and an application that is open."""
        await self.lifespan.startup()
        self.servers: list[Any] = [
            Acceptor(listener, self._new_protocol, self.config.open_connections) for listener in sockets or ()
        ]
        self.started = True

    def _new_protocol(self) -> asyncio.Protocol:
        return GuardedHttp(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(hosts: Sequence[str], port: int, *, option: str = "--port") -> list[socket.socket]:
    """Listen before anything else starts, so that a taken port is one clear sentence. Raises SettingsError."""
    sockets: list[socket.socket] = []
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named as TCP, or asyncio's own loop leaves Nagle on and answers in two writes wait 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # What is accepted inherits these.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # On Linux.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MILLISECONDS)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            if sockets:
                continue  # A machine without IPv6 answers on IPv4 alone.
            raise SettingsError(
                [
                    f"Port {port} on {hide_keys(host, host)} cannot be used ({error.strerror}); "
                    f"choose another with {option}."
                ]
            ) from error
        sockets.append(listener)
    return sockets


def take_database(settings: Settings) -> None:
    """From now on this process alone serves the SQLite file. Raises SettingsError when another one does.

    Operators' commands need no such lock: they take their turn like any writer.
    """
    if settings.dialect != "sqlite":
        return
    path = sqlite_path(settings.database_url)
    try:
        take(path)
    except FileTaken as error:
        raise SettingsError(
            [
                f"Another gateway serves {path} already. Stop it first, or give this one a database of its own "
                "(DATABASE_URL); several processes on one database need PostgreSQL."
            ]
        ) from error
    except OSError as error:
        raise ServiceUnavailable from error


def run_sites(
    sites: Sequence[Site],
    *,
    started: Callable[[], None],
    grace_seconds: int = GRACE_SECONDS,
    is_supervised: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM, then end every site within the grace. `started` is called once all answer.

    What an application raises while it opens is raised here: the server would make a traceback of a plain sentence.
    When supervised, the end of standard input is a signal too: it says that the supervisor is gone.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    descriptors = raise_descriptor_limit()
    bounds = bounds_for(descriptors, Bounds(), sites=len(sites))
    configs = [
        configure(
            site.app, bounds=bounds, trusted_proxies=site.trusted_proxies, timeout_graceful_shutdown=grace_seconds
        )
        for site in sites
    ]
    servers = [_Server(config) for config in configs]
    ending = _Ending(servers, sites)
    with asyncio.Runner(loop_factory=uvicorn.Config(app="", log_config=None).get_loop_factory()) as runner:
        runner.run(_serve(servers, sites, ending, started, is_supervised))
    ending.is_over()


async def _serve(
    servers: Sequence[uvicorn.Server],
    sites: Sequence[Site],
    ending: "_Ending",
    started: Callable[[], None],
    is_supervised: bool,
) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ending.begin)
    # A terminal's Ctrl-C reaches supervisor and workers alike, and each of these is then asked once more.
    loop.add_signal_handler(signal.SIGINT, ending.begin if is_supervised else ending.begin_or_hurry)
    if is_supervised:
        loop.add_reader(sys.stdin, ending.begin_without_supervisor, loop)
    async with contextlib.AsyncExitStack() as opened:
        for site in sites:
            await opened.enter_async_context(site.app.router.lifespan_context(site.app))
        announcing = asyncio.create_task(_announce(servers, started))
        try:
            await asyncio.gather(*(server.serve(site.sockets) for server, site in zip(servers, sites, strict=True)))
        finally:
            announcing.cancel()


class _Ending:
    """How servers are asked to end, however often: in good order, at a second Ctrl-C without waiting, and in any case.

    The order is a matter of courtesy. What was promised is stored, so the process may also simply be cut off.
    """

    def __init__(self, servers: Sequence[uvicorn.Server], sites: Sequence[Site]) -> None:
        self._servers = servers
        self._sites = sites
        self._limit = threading.Timer(END_SECONDS, _cut_off)
        self._limit.daemon = True

    def begin(self) -> None:
        if self._servers[0].should_exit:
            return
        self._limit.start()
        for server in self._servers:
            server.should_exit = True
            for listener in getattr(server, "servers", ()):  # Not there yet when the end comes during the start.
                listener.close()  # Now: whoever is sent elsewhere below must not be let in here again.
            announce_end(server.server_state.connections)
        for site in self._sites:
            site.drain()

    def begin_or_hurry(self) -> None:
        for server in self._servers:
            server.force_exit = server.should_exit
        self.begin()

    def begin_without_supervisor(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(sys.stdin)
        self.begin()

    def is_over(self) -> None:
        self._limit.cancel()


def _cut_off() -> None:
    log.error("The end in good order took too long; the process is cut off.", action="serve.cut_off")
    os._exit(1)


async def _announce(servers: Sequence[uvicorn.Server], started: Callable[[], None]) -> None:
    while not all(server.started for server in servers):  # noqa: ASYNC110 (uvicorn tells in no other way)
        await asyncio.sleep(0.02)
    set_heap_aside()
    started()


def set_heap_aside() -> None:
    """What the start has built stays until the end: a full collection need not walk it, which took up to 100 ms."""
    gc.collect()
    gc.freeze()


def configure(app: Any, *, bounds: Bounds, trusted_proxies: Sequence[Network] = (), **options: Any) -> ServingConfig:
    """How the gateway is served; `options` are uvicorn's."""
    chosen: dict[str, Any] = {
        "log_config": None,
        "access_log": False,  # The gateway logs requests itself, without queries and with hashed session ids.
        "server_header": False,
        "proxy_headers": False,  # Forwarded addresses are believed by the rules of rate_limit/client_address alone.
        "lifespan": "off",  # `_serve` opens and closes the applications.
        "http": GuardedHttp,
        "ws": GuardedWebSocket,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PONG_SECONDS,
        "ws_max_size": 64 * 1024,
        "ws_per_message_deflate": False,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    }
    return ServingConfig(app, bounds=bounds, trusted_proxies=trusted_proxies, **(chosen | options))
