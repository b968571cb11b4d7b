"""Whose call it is: the address that limits count by.

`X-Forwarded-For` is believed only as far as named proxies wrote it, read from the right. An IPv6
client is its /64, because a household owns a whole one.
"""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN = "unknown"
MOST_REMEMBERED = 2048
LONGEST_REMEMBERED = 200
_MAX_HOPS = 20
_WITH_PORT = re.compile(r"(?:\[([^\]]*)\]|([0-9.]+))(?::[0-9]{1,5})?")


def client_address(peer: str | None, forwarded_for: str | None, trusted: tuple[Network, ...]) -> str:
    """The nearest address that is not one of our proxies, normalised; `unknown` for a peer without one."""
    is_short = len(forwarded_for or "") <= LONGEST_REMEMBERED
    return (_remembered if is_short else _found)(peer, forwarded_for, trusted)


def _found(peer: str | None, forwarded_for: str | None, trusted: tuple[Network, ...]) -> str:
    address = _parse(peer or "")
    if address is None:
        return UNKNOWN
    hops = (forwarded_for or "").split(",")[-_MAX_HOPS:]
    while hops and any(address in network for network in trusted):
        nearer = _parse(hops.pop())
        if nearer is None:
            break  # A proxy of ours wrote something that is no address: its own is the best that is known.
        address = nearer
    return _bucket(address)


_remembered = lru_cache(maxsize=MOST_REMEMBERED)(_found)
"""Most calls come from an address that has called before."""


def is_in(peer: str | None, networks: Sequence[Network]) -> bool:
    """Whether the peer itself is one of ours; a mapped IPv4 address counts as what it maps."""
    address = _parse(peer or "")
    return address is not None and any(address in network for network in networks)


def _parse(text: str) -> Address | None:
    """Some proxies write the port too: `1.2.3.4:5678`, `[2001:db8::1]:5678`."""
    found = _WITH_PORT.fullmatch(text.strip())
    bare = (found[1] or found[2]) if found else text.strip()
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _bucket(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
