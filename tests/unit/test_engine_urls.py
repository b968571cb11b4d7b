"""DATABASE_URL and REDIS_URL as providers write them, and the sentences that refuse what no driver could use."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from gateway.engine_urls import check_database_url, check_redis_url, postgres_credentials, shortest_seconds


def test_a_plain_url_is_taken_apart_and_unquoted() -> None:
    assert postgres_credentials("postgres://us%40er:p%2Fw@db.example:5433/gate%20way") == {
        "host": "db.example",
        "port": 5433,
        "user": "us@er",
        "password": "p/w",
        "database": "gate way",
        "ssl": None,
        "server_settings": {"application_name": "gateway"},
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql://postgres:@/postgres?host=/run/postgresql", "/run/postgresql"),
        ("postgres://u:p@[::1]:5432/db", "::1"),
        ("postgres:///db", None),
    ],
)
def test_a_socket_and_an_ipv6_address_are_hosts_too(url: str, host: str | None) -> None:
    assert postgres_credentials(url)["host"] == host


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
def test_modes_that_check_nothing_are_passed_on(mode: str) -> None:
    assert postgres_credentials(f"postgres://db/g?sslmode={mode}")["ssl"] == mode


@pytest.mark.parametrize(
    ("query", "checks_name"),
    [
        ("sslmode=verify-full", True),
        ("sslmode=verify-full&sslrootcert=system", True),
        ("ssl=true", True),
        ("sslmode=verify-ca", False),
        ("sslmode=require&sslrootcert=system", False),
    ],
)
def test_modes_that_check_become_a_context(query: str, checks_name: bool) -> None:
    context: Any = postgres_credentials(f"postgres://db/g?{query}")["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, checks_name)


def test_the_name_that_pg_stat_activity_shows_may_be_chosen() -> None:
    chosen = postgres_credentials("postgres://db/g?application_name=pay")["server_settings"]
    assert chosen == {"application_name": "pay"}


@pytest.mark.parametrize(("query", "seconds"), [("", 5.0), ("?timeout=2", 2.0), ("?connect_timeout=60", 5.0)])
def test_a_url_may_shorten_our_bounds_and_never_lengthen_them(query: str, seconds: float) -> None:
    url = f"postgres://db/g{query}"
    assert check_database_url(url) == url
    assert shortest_seconds(url, 5.0, "timeout", "connect_timeout") == seconds


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://db/g", "use sqlite://path/to/gateway.db or postgres://user:password@host/database"),
        ("sqlite://", "name a file"),
        ("sqlite://:memory:", "name a file"),
        ("postgres://u:p/w@db/g", "the port is no number"),
        ("postgres://db:54321000/g", "the port is no number"),
        ("postgres://db/g?channel_binding=require", "`channel_binding` is no option"),
        ("postgres://db/g?sslmode=yes", "`yes` is no sslmode"),
        ("postgres://db/g?sslmode=verify-ca&sslrootcert=/nowhere.pem", "sslrootcert: /nowhere.pem cannot be read"),
        ("postgres://db/g?command_timeout=soon", "`command_timeout` is a number of seconds"),
        ("postgres://db/g?timeout=-1", "`timeout` is a number of seconds"),
    ],
)
def test_a_database_url_that_no_driver_could_use_is_refused_by_name(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence.replace("*", r"\*")):
        check_database_url(url)


def test_a_file_that_holds_no_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("nothing of the kind")
    with pytest.raises(ValueError, match="cannot be read as certificates"):
        check_database_url(f"postgres://db/g?sslmode=verify-full&sslrootcert={tmp_path / 'root.pem'}")


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache",
        "redis://:p%40@cache:6379/0",
        "rediss://cache/1?ssl_cert_reqs=none",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_a_redis_url_is_taken_as_it_is(url: str) -> None:
    assert check_redis_url(url) == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://cache", "use redis://host:6379/0"),
        ("redis://cache:port", "the port is no number"),
        ("redis://cache/zero", "`zero` is no database of Redis"),
        ("redis://cache/0?foo=bar", "`foo` is no option"),
    ],
)
def test_a_redis_url_that_no_driver_could_use_is_refused_by_name(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence):
        check_redis_url(url)
