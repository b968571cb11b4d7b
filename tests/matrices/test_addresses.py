"""Whose call it is: `X-Forwarded-For` is believed as far as named proxies wrote it, and not a word further."""

import ipaddress

import pytest

from gateway.rate_limit.client_address import UNKNOWN, client_address
from tests.integration.house import _settings as settings_with

TRUSTED = tuple(ipaddress.ip_network(network) for network in ("10.0.0.1/32", "10.0.1.0/24", "fd00::/8"))
PROXY, INNER, PEER = "10.0.0.1", "10.0.1.7", "203.0.113.9"
CLIENT, SPOOFED = "198.51.100.4", "1.2.3.4"

ROWS = {
    "no proxy, no header": (PEER, None, PEER),
    "an untrusted peer writes one": (PEER, SPOOFED, PEER),
    "an untrusted peer names our proxy": (PEER, PROXY, PEER),
    "an untrusted peer pretends a chain": (PEER, f"{SPOOFED}, {PROXY}", PEER),
    "a neighbour of the proxy is no proxy": ("10.0.0.2", SPOOFED, "10.0.0.2"),
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
