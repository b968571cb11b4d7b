"""Whose call it is: `X-Forwarded-For` is believed as far as named proxies wrote it, and not a word further."""

import ipaddress
from collections.abc import Callable, Iterator, Sequence

import pytest

from gateway.rate_limit.client_address import UNKNOWN, client_address
from tests.fuzz.bench import Bench, open_bench
from tests.fuzz.wire import Wire
from tests.harness.served_gateway import _settings as settings_with

TRUSTED = tuple(ipaddress.ip_network(network) for network in ("10.0.0.1/32", "10.0.1.0/24", "fd00::/8"))
PROXY, INNER, PEER = "10.0.0.1", "10.0.1.7", "203.0.113.9"
CLIENT, SPOOFED = "198.51.100.4", "1.2.3.4"

ROWS = {
    "no proxy, no header": (PEER, None, PEER),
    "an untrusted peer writes one": (PEER, SPOOFED, PEER),
    "an untrusted peer names our proxy": (PEER, PROXY, PEER),
    "an untrusted peer pretends a chain": (PEER, f"{SPOOFED}, {PROXY}", PEER),
    "an address beside the proxy is no proxy": ("10.0.0.2", SPOOFED, "10.0.0.2"),
    "our proxy": (PROXY, CLIENT, CLIENT),
    "our proxy without a header": (PROXY, None, PROXY),
    "our proxy, header empty": (PROXY, "", PROXY),
    "a chain of ours": (PROXY, f"{CLIENT}, {INNER}", CLIENT),
    "a chain of ours alone": (PROXY, f"{INNER}, {INNER}", INNER),
    "the left part is the client's own": (PROXY, f"{SPOOFED}, {CLIENT}", CLIENT),
    "the left part names our proxy": (PROXY, f"{PROXY}, {CLIENT}", CLIENT),
    "the left part behind a chain": (PROXY, f"{SPOOFED}, {CLIENT}, {INNER}", CLIENT),
    "a foreign proxy ends the chain": (PROXY, f"{CLIENT}, {PEER}, {INNER}", PEER),
    "spaces and tabs": (PROXY, f" {CLIENT} \t", CLIENT),
    "with a port": (PROXY, f"{CLIENT}:52814", CLIENT),
    "with a port, in a chain": (PROXY, f"{CLIENT}:52814, {INNER}:80", CLIENT),
    "IPv6 in brackets with a port": (PROXY, "[2001:db8:1:2::5]:443", "2001:db8:1:2::/64"),
    "IPv6 in brackets": (PROXY, "[2001:db8:1:2::5]", "2001:db8:1:2::/64"),
    "IPv6": (PROXY, "2001:db8:1:2::5", "2001:db8:1:2::/64"),
    "IPv6, same household": (PROXY, "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    "IPv6, other household": (PROXY, "2001:db8:1:3::5", "2001:db8:1:3::/64"),
    "IPv6 in capitals": (PROXY, "2001:DB8:1:2::5", "2001:db8:1:2::/64"),
    "IPv6 with a zone": (PROXY, "fe80::1%eth0", "fe80::/64"),
    "an IPv6 proxy": ("fd12::1", CLIENT, CLIENT),
    "mapped IPv4": (PROXY, f"::ffff:{CLIENT}", CLIENT),
    "mapped IPv4 in hexadecimal": (PROXY, "::ffff:c633:6404", CLIENT),
    "a mapped peer": (f"::ffff:{PROXY}", CLIENT, CLIENT),
    "an IPv6 peer": ("2001:db8::7", SPOOFED, "2001:db8::/64"),
    "junk": (PROXY, "unknown", PROXY),
    "junk next to the proxy": (PROXY, f"{SPOOFED}, junk", PROXY),
    "junk behind the client": (PROXY, f"junk, {CLIENT}", CLIENT),
    "a hidden name": (PROXY, "_hidden", PROXY),
    "an octal number": (PROXY, "0177.0.0.1", PROXY),
    "a decimal number": (PROXY, "2130706433", PROXY),
    "a name": (PROXY, "localhost", PROXY),
    "a port that is none": (PROXY, f"{CLIENT}:http", PROXY),
    "only commas": (PROXY, ",,,", PROXY),
    "a thousand hops": (PROXY, ", ".join([SPOOFED] * 1000 + [CLIENT]), CLIENT),
    "a thousand hops of ours": (PROXY, ", ".join([SPOOFED] + [INNER] * 1000), INNER),
    "no peer": (None, CLIENT, UNKNOWN),
    "a peer that is no address": ("/run/gateway.sock", CLIENT, UNKNOWN),
}


@pytest.mark.parametrize(("peer", "header", "expected"), ROWS.values(), ids=ROWS)
def test_the_nearest_address_that_no_proxy_of_ours_has(peer: str | None, header: str | None, expected: str) -> None:
    assert client_address(peer, header, TRUSTED) == expected


@pytest.mark.parametrize(("peer", "header"), [row[:2] for row in ROWS.values()], ids=ROWS)
def test_without_named_proxies_the_peer_is_the_client(peer: str | None, header: str | None) -> None:
    assert client_address(peer, header, ()) == client_address(peer, None, ())


@pytest.mark.parametrize("everyone", ["*", "0.0.0.0/0", "::/0", "10.0.0.1,*"])
def test_nobody_may_trust_everybody(everyone: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        settings_with(trusted_proxies=everyone)


LIMIT = 4
BODY = b'{"query":"{ __typename }"}'


@pytest.fixture(scope="module")
def behind_proxy() -> Iterator[Bench]:
    """A real server whose only caller is a proxy that it trusts."""
    with open_bench(trusted_proxies="127.0.0.1", rate_limit=f"{LIMIT}/hour") as bench:
        yield bench


def _request(*headers: str, trailer: str = "") -> bytes:
    lines = ["POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "Transfer-Encoding: chunked"]
    body = b"%x\r\n%b\r\n0\r\n" % (len(BODY), BODY)
    trailers = f"{trailer}\r\n" if trailer else ""
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body + trailers.encode() + b"\r\n"


async def _passed(bench: Bench, requests: Sequence[bytes]) -> int:
    """How many of them are not over the limit. Any other answer is none of ours to expect."""
    async with Wire(bench.port) as wire:
        statuses = [(await wire.exchange(request))[0].status for request in requests]
    assert set(statuses) <= {200, 429}
    return statuses.count(200)


HEAD = "X-Forwarded-For: "
FORGERIES = {
    "in a trailer": lambda me, other: _request(HEAD + me, trailer=HEAD + other),
    "in a trailer alone": lambda me, other: _request(HEAD + me, trailer=HEAD.lower() + other),
    "in front of what the proxy wrote": lambda me, other: _request(f"{HEAD}{other}, {me}"),
    "in a header before the proxy's": lambda me, other: _request(HEAD + other, HEAD + me),
    "under a name that looks alike": lambda me, other: _request(HEAD + me, f"X_Forwarded_For: {other}"),
    "in another header": lambda me, other: _request(
        HEAD + me, f"Forwarded: for={other}", f"X-Real-IP: {other}", f"True-Client-IP: {other}"
    ),
    "with spaces and tabs": lambda me, other: _request(f"{HEAD}\t {other}  ,\t {me} \t"),
    "as mapped IPv4": lambda me, other: _request(f"{HEAD}::ffff:{other}, ::ffff:{me}"),
    "in a request that offers h2c": lambda me, other: _request(
        HEAD + me, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAEA", trailer=HEAD + other
    ),
}


@pytest.mark.parametrize(("place", "forgery"), list(enumerate(FORGERIES.values())), ids=FORGERIES)
async def test_a_caller_behind_the_proxy_has_one_address_whatever_it_writes(
    place: int, forgery: Callable[[str, str], bytes], behind_proxy: Bench
) -> None:
    me = f"198.51.100.{place + 1}"
    forged = [forgery(me, f"203.0.113.{place * 20 + number}") for number in range(2 * LIMIT)]
    assert await _passed(behind_proxy, forged) == LIMIT
    assert await _passed(behind_proxy, [_request(HEAD + me)]) == 0


async def test_an_address_and_the_same_one_mapped_to_ipv6_are_one_caller(behind_proxy: Bench) -> None:
    spellings = ["198.51.100.99", "::ffff:198.51.100.99", "[::ffff:198.51.100.99]:443", "::ffff:c633:6463"]
    assert await _passed(behind_proxy, [_request(HEAD + one) for one in spellings * 2]) == LIMIT


async def test_a_folded_header_is_refused(behind_proxy: Bench) -> None:
    async with Wire(behind_proxy.port) as wire:
        answer, _ = await wire.exchange(_request(HEAD + "198.51.100.98,", " 203.0.113.1"))
    assert answer.status == 400


@pytest.mark.parametrize("space", ["X-Forwarded-For : 203.0.113.1", " X-Forwarded-For: 203.0.113.1"])
async def test_a_name_with_spaces_around_it_is_refused(space: str, behind_proxy: Bench) -> None:
    async with Wire(behind_proxy.port) as wire:
        answer, _ = await wire.exchange(_request(space))
    assert answer.status == 400
