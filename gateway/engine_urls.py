"""DATABASE_URL and REDIS_URL: what they may say, and what PostgreSQL's means to its driver.

Operators paste what their provider gave them, so libpq's words for TLS are understood. A word that nobody here has a
use for is refused by name: a driver would only meet it at the first connection, with a traceback.
"""

import ssl
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SQLITE = "sqlite://"
POSTGRES = ("postgres://", "postgresql://", "asyncpg://")
REDIS = ("redis://", "rediss://", "unix://")

PLAIN_TLS = ("disable", "allow", "prefer", "require")
CHECKED_TLS = ("verify-ca", "verify-full")
BOUNDS = ("timeout", "connect_timeout", "command_timeout")
"""Seconds. The gateway has bounds of its own (database.py); these can only shorten them."""
_POSTGRES_OPTIONS = ("host", "sslmode", "ssl", "sslrootcert", "application_name", *BOUNDS)
_REDIS_OPTIONS = (
    *("db", "protocol", "client_name"),
    *("ssl_cert_reqs", "ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname"),
)


def check_database_url(url: str) -> str:
    """The url as it is. Raises ValueError with the fix."""
    if url.startswith(SQLITE):
        if sqlite_path(url) in {"", ":memory:"}:
            raise ValueError(
                "name a file, like sqlite://gateway.db: what is only in memory no second command would see"
            )
    elif url.startswith(POSTGRES):
        postgres_credentials(url)
    else:
        raise ValueError("use sqlite://path/to/gateway.db or postgres://user:password@host/database")
    return url


def check_redis_url(url: str) -> str:
    """The url as it is. Raises ValueError with the fix."""
    if not url.startswith(REDIS):
        raise ValueError("use redis://host:6379/0 or rediss://…")
    parts, options = _parts(url, _REDIS_OPTIONS)
    database = options.get("db", "" if parts.scheme == "unix" else parts.path.strip("/"))
    if not (database.isdecimal() or not database):
        raise ValueError(f"`{database}` is no database of Redis; they are numbers, like redis://host:6379/0")
    return url


def sqlite_path(url: str) -> str:
    return url.removeprefix(SQLITE).partition("?")[0]


def postgres_credentials(url: str) -> dict[str, Any]:
    """Where asyncpg connects, as whom and how safely; None leaves it to the PG* variables.

    Raises ValueError with the fix.
    """
    parts, options = _parts(url, _POSTGRES_OPTIONS)
    credentials: dict[str, Any] = {
        "host": options.get("host") or parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.strip("/")) or None,
    }
    named = {"application_name": options.get("application_name", "gateway")}  # What pg_stat_activity shows.
    return credentials | {"ssl": _tls(options), "server_settings": named}


def shortest_seconds(url: str, longest: float, *names: str) -> float:
    """The url's bound of any of these names, where it is shorter than ours."""
    options = dict(parse_qsl(urlsplit(url).query))
    return min([longest, *(float(options[name]) for name in names if name in options)])


def _parts(url: str, known: tuple[str, ...]) -> tuple[SplitResult, dict[str, str]]:
    parts = urlsplit(url)
    try:
        _ = parts.port
    except ValueError as error:
        raise ValueError("the port is no number up to 65535; in a password write / as %2F and @ as %40") from error
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    strange = [name for name in options if name not in known]
    if strange:
        raise ValueError(f"`{strange[0]}` is no option of this url; leave it out (known: {', '.join(known)})")
    for name in BOUNDS:
        if name in options and not _is_positive(options[name]):
            raise ValueError(f"`{name}` is a number of seconds")
    return parts, options


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _tls(options: dict[str, str]) -> Any:
    """asyncpg's `ssl`. `require` with a root certificate checks it, as in libpq; without one the system's do."""
    words = {"true": "verify-full", "false": "disable"}
    mode = options.get("sslmode") or words.get(options.get("ssl", ""), options.get("ssl"))
    root = options.get("sslrootcert")
    if mode == "require" and root:
        mode = "verify-ca"
    if mode is None or mode in PLAIN_TLS:
        return mode
    if mode not in CHECKED_TLS:
        raise ValueError(f"`{mode}` is no sslmode; choose one of {', '.join((*PLAIN_TLS, *CHECKED_TLS))}")
    try:
        context = ssl.create_default_context(cafile=None if root in {None, "system"} else root)
    except OSError as error:
        raise ValueError(f"sslrootcert: {root} cannot be read as certificates") from error
    context.check_hostname = mode == "verify-full"
    return context
