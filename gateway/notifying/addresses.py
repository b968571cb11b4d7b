"""Which addresses a notice may be sent to: those that a url names, and public ones.

A name that leads to a private address would let whoever owns the name reach into our own network. A private back end is
named by its address (https://10.1.2.3/…), this machine by `localhost`.
"""

import socket
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver


class PrivateAddress(OSError):
    """A name led to an address that is not public."""


class PublicResolver(AbstractResolver):
    """Asked for names alone: an address in a url is connected to as it stands."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises PrivateAddress."""
        found = await self._inner.resolve(host, port, family)
        if host != "localhost" and not host.endswith(".localhost"):
            private = [one["host"] for one in found if not ip_address(one["host"].partition("%")[0]).is_global]
            if private:
                raise PrivateAddress(f"{host} leads to {private[0]}, which is private; name the address in the url")
        return found

    async def close(self) -> None:
        await self._inner.close()
