"""Hosts and origins in the one spelling that browsers send: lower case, punycode, no default port.

A name in Unicode and the same in punycode are one host (RFC 5891). Nothing is mapped beyond case: a full-width letter
or dot is refused rather than read as the one it resembles.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from gateway.domain.placeholder import with_plain_placeholder

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_DOTS_OF_OTHERS = frozenset("\u3002\uff0e\uff61")
_NOT_ASCII = re.compile("[^\x21-\x7e]+")


def ascii_host(host: str) -> str:
    """`host` or `host:port`, in lower case and ASCII. Raises ValueError where it is no domain name."""
    if host.isascii():
        return host.lower()
    if set(host) & _DOTS_OF_OTHERS:
        raise ValueError("its dots are not ASCII dots")
    name, colon, port = host.partition(":")
    return idna.encode(unicodedata.normalize("NFC", name.lower())).decode() + colon + port


def ascii_origin(origin: str) -> str:
    """`scheme://host[:port]` as a browser writes `Origin`. Raises ValueError."""
    parts = urlsplit(origin)
    scheme, host = parts.scheme.lower(), ascii_host(parts.netloc)
    if has_port(host):
        host = host.removesuffix(f":{DEFAULT_PORTS.get(scheme, '')}")
    return f"{scheme}://{host}"


def has_port(host: str) -> bool:
    """An IPv6 address has colons of its own, within brackets."""
    return host.rpartition("]")[2].count(":") == 1


def ascii_url(url: str) -> str:
    """The url with its host in ASCII where that can be done; otherwise as it is."""
    try:
        parts = urlsplit(url)
        host = parts.netloc
        if host.isascii() or "@" in host or parts.scheme not in {"http", "https"}:
            return url
        return url.replace(host, ascii_host(host), 1)
    except ValueError:
        return url


def configured_url(url: str) -> str:
    """A setting's url as a browser would write it: its host in ASCII, what is not ASCII behind it percent-encoded, no
    slash at the end. Stripe's placeholder is plain. Raises ValueError, with what to write instead."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("write the whole url, like https://pay.example.com")
    plain = parts._replace(netloc=ascii_host(parts.netloc))
    encoded = _NOT_ASCII.sub(lambda found: quote(found[0]), urlunsplit(plain))
    return with_plain_placeholder(encoded.rstrip("/"))


def configured_base(url: str) -> str:
    """The base of our own urls, of which a path may be a part. Raises ValueError."""
    if set("?#") & set(url):
        raise ValueError("a base has no query and no fragment; write it like https://shop.example/pay")
    return configured_url(url)
