"""`gateway dev` for an operator beside it: what it says, and commands that find its data and its sandbox."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.acceptance.clients.conftest import pay
from tests.acceptance.processes import Addresses, gateway_dev
from tests.harness.child import free_port
from tests.harness.commands import Commands

PRICE = "price_1QlYNRHVMy0i1BlJA1y0DxB2"


@dataclass(frozen=True)
class Dev:
    """A folder in which `gateway dev` runs, and a session that was paid there."""

    folder: Path
    addresses: Addresses
    session: str

    @property
    def data(self) -> Path:
        return self.folder / ".gateway"


def _paid(addresses: Addresses) -> str:
    create = f"{addresses.gateway}/api/create-checkout-session"
    session: str = httpx.post(create, json={"priceId": PRICE}).raise_for_status().json()["sessionId"]
    pay(addresses.sandbox, session)
    status = f"{addresses.gateway}/api/check-payment-status/{session}"
    asked = httpx.get(status, headers={"Prefer": "wait=20"}, timeout=30)
    while asked.json()["status"] != "paid":
        asked = httpx.get(status, headers={"Prefer": "wait=20", "If-None-Match": asked.headers["etag"]}, timeout=30)
    return session


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    folder = tmp_path_factory.mktemp("shop")
    with gateway_dev(folder / ".gateway", GATEWAY_RATE_LIMIT="10000/minute") as addresses:
        yield Dev(folder, addresses, _paid(addresses))


@pytest.mark.parametrize("within", [False, True], ids=["beside the data", "in the data"])
def test_a_command_in_the_folder_uses_its_data_and_says_so_in_one_line(
    commands: Commands, dev: Dev, within: bool
) -> None:
    ran = commands.piped(dev.data if within else dev.folder, "payments", "list", "--json")
    assert [one["sessionId"] for one in json.loads(ran.out)["payments"]] == [dev.session]
    where = "this folder" if within else ".gateway"
    sandbox = dev.addresses.sandbox
    assert ran.err == f"Using the data of `gateway dev` in {where} and its sandbox {sandbox}.\n"


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("doctor", "healthy: no check failed"),
        ("reconcile", "0 differences"),
        ("audit verify", "payments are whole"),
        ("discrepancies list", "opened\tid"),
        ("events list", "checkout.session.completed"),
        ("events replay --failed", "event\tstate"),
        ("installation show", "mode\ttest"),
        ("export payments", PRICE),
        ("doctor --invariants", "healthy: no check failed"),
    ],
)
def test_every_operators_command_works_there_without_a_setting(
    commands: Commands, dev: Dev, verb: str, said: str
) -> None:
    ran = commands.piped(dev.folder, *verb.split())
    assert (ran.status, said in ran.out) == (0, True), ran.out + ran.err
    assert ran.err.startswith("Using the data of `gateway dev` in .gateway and its sandbox ")


@pytest.mark.parametrize("verb", ["payments list", "events list", "discrepancies list"])
def test_a_table_fits_80_columns_and_is_whole_where_it_is_asked_for_or_piped(
    commands: Commands, dev: Dev, verb: str
) -> None:
    fitted, wide = (
        commands.on_terminal(dev.folder, *verb.split()),
        commands.on_terminal(dev.folder, *verb.split(), "--wide"),
    )
    whole = commands.piped(dev.folder, *verb.split()).out.splitlines()
    assert [line for line in fitted.out.splitlines() if len(line) > 80] == []
    assert len(fitted.out.splitlines()) == len(wide.out.splitlines()) == len(whole)
    assert [line.split() for line in wide.out.splitlines()] == [line.split() for line in whole]
    if verb == "payments list":
        assert dev.session not in fitted.out
        assert dev.session in wide.out
        assert dev.session[-6:] in fitted.out


def test_an_explanation_is_sentences_and_its_json_is_exact(commands: Commands, dev: Dev) -> None:
    said = commands.piped(dev.folder, "payments", "explain", dev.session).out
    for sentence in (
        "asks for $5.00 (1 × ",
        "It is paid, final, because of rule 1: money received.",
        "The buyer finished the checkout page.",
        "The session says that it is paid.",
        "it began as unpaid, by a call to the gateway.",
        "it went from unpaid to paid, ",
        "$5.00 received with pi_",
    ):
        assert sentence in said
    exact = json.loads(commands.piped(dev.folder, "payments", "explain", dev.session, "--json").out)
    assert (exact["rule"]["number"], exact["facts"]["session_paid"]) == ("1", True)
    shown = commands.on_terminal(dev.folder, "payments", "explain", dev.session)
    assert dev.session not in shown.out


def test_what_is_set_wins_and_the_folder_is_mentioned(commands: Commands, dev: Dev) -> None:
    ran = commands.piped(dev.folder, "payments", "list", STRIPE_API_KEY="sk_test_mine")
    assert ran.status == 2
    assert "What `gateway dev` keeps in .gateway is not used, because STRIPE_API_KEY is set." in ran.err
    ran = commands.piped(dev.folder, "payments", "list", DATABASE_URL="sqlite://mine.db")
    assert (ran.status, "there is no file mine.db" in ran.err) == (2, True)


def test_both_loopbacks_answer(dev: Dev) -> None:
    for address in (dev.addresses.gateway, dev.addresses.sandbox):
        for host in ("127.0.0.1", "[::1]"):
            assert httpx.get(f"{address.replace('localhost', host)}/healthz").status_code == 200


def test_it_says_what_it_reads_where_its_data_is_and_one_line_a_change(dev: Dev) -> None:
    _until(lambda: any("  paid  " in line for line in dev.addresses.said))
    said = "".join(dev.addresses.said)
    assert str(dev.data) in said
    assert "GATEWAY_RATE_LIMIT from the environment" in said
    changes = [line for line in dev.addresses.said if dev.session[-13:] in line]
    assert [line.split()[1:3] for line in changes] == [["unpaid", "$5.00"], ["paid", "$5.00"]]
    assert "by a call to the gateway" in changes[0]
    assert "A request was answered." not in said


def test_verbose_says_every_request_and_settings_come_from_the_dot_env_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / ".env").write_text("GATEWAY_RATE_LIMIT=500/minute\nSTRIPE_API_KEY=sk_test_mine\n")
    with gateway_dev(data, "--verbose") as addresses:
        assert httpx.get(f"{addresses.gateway}/").status_code == 200
        _until(lambda: "A request was answered." in "".join(addresses.said))
        said = "".join(addresses.said)
    assert "GATEWAY_RATE_LIMIT from .env" in said
    assert "not used here: STRIPE_API_KEY" in said
    assert "sk_test_mine" not in said


def test_without_the_sandbox_commands_that_ask_stripe_say_how_to_start_it(commands: Commands, tmp_path: Path) -> None:
    data = tmp_path / ".gateway"
    with gateway_dev(data) as addresses:
        session = _paid(addresses)
    port, sandbox_port = (address.rpartition(":")[2] for address in (addresses.gateway, addresses.sandbox))
    command = f"gateway dev --port {port} --sandbox-port {sandbox_port}"
    listed = commands.piped(tmp_path, "payments", "list")
    assert (listed.status, session in listed.out) == (0, True)
    assert f"; its sandbox is not running ({command})." in listed.err
    compared = commands.piped(tmp_path, "reconcile")
    assert (compared.status, compared.out) == (2, "")
    assert f"is not running. Start it with: {command}" in compared.err
    assert commands.piped(tmp_path, "doctor").out.rstrip().splitlines()[-1].startswith("unhealthy: ")


def test_a_folder_that_cannot_be_one_is_refused_by_its_option(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    port, sandbox_port = free_port(), free_port()
    ports = ("--port", str(port), "--sandbox-port", str(sandbox_port))
    ran = commands.piped(tmp_path, "dev", *ports, "--data", "file")
    assert (ran.status, "--data: file cannot be used" in ran.err) == (2, True)


def _until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """The lines come through a pipe, a moment after what they report."""
    pause, tries = threading.Event(), int(seconds / 0.05)
    assert any(holds() or pause.wait(0.05) for _ in range(tries))
