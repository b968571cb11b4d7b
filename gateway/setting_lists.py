"""Settings that hold lists of plain words: how each is written, and what is refused. Secrets are in `secret_lists`."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.domain.origins import is_loopback
from gateway.web_addresses import ascii_host, ascii_origin

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'+.^_`|~-]{1,100}\*?")
_PROBABILITY = re.compile(r"0(\.\d{1,6})?|1")


def split_words(value: Any) -> tuple[Any, ...]:
    """A comma-separated text without its blanks, or the words themselves."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return tuple(value)


def parse_currencies(value: Any) -> tuple[str, ...]:
    """Lower-case currencies. Raises ValueError, as the rest here, with what to write instead."""
    currencies = tuple(word.lower() for word in split_words(value))
    if not currencies or not all(re.fullmatch("[a-z]{3}", currency) for currency in currencies):
        raise ValueError("give three-letter currencies, comma-separated, like usd,eur")
    return currencies


def parse_origins(value: Any) -> tuple[str, ...]:
    """`https://shop.example`, without a path, in the spelling of browsers."""
    return tuple(_origin(str(word).rstrip("/")) for word in split_words(value))


def _origin(word: str) -> str:
    parts = urlsplit(word)
    is_origin = parts.scheme.lower() in {"http", "https"} and parts.netloc and not (parts.path or parts.query)
    try:
        if is_origin:
            return ascii_origin(word)
    except ValueError:
        pass
    raise ValueError(f"`{word}` is no origin; write it like https://shop.example")


def parse_notify_urls(value: Any) -> tuple[str, ...]:
    """Urls of the shop's back ends, https outside this machine, each once."""
    urls = tuple(_notify_url(str(word)) for word in split_words(value))
    twice = next((url for place, url in enumerate(urls) if url in urls[:place]), None)
    if twice is not None:
        raise ValueError(f"`{twice}` is there twice")
    return urls


def _notify_url(word: str) -> str:
    try:
        parts = urlsplit(word)
        plain = parts._replace(scheme=parts.scheme.lower(), netloc=ascii_host(parts.netloc))
        is_whole = bool(parts.hostname) and parts.port != 0 and word.isprintable() and " " not in word
    except ValueError:
        is_whole = False
    if not is_whole or parts.username is not None or parts.fragment or plain.scheme not in {"http", "https"}:
        raise ValueError(f"`{word}` is no url of a back end; write it like https://shop.example/payments/notices")
    if plain.scheme == "http" and not is_loopback(f"http://{plain.netloc}"):
        raise ValueError(f"`{word}` must be https: plain http is for this machine alone (localhost, 127.0.0.1)")
    return plain.geturl()


def parse_names(value: Any) -> tuple[str, ...]:
    """Names of request headers in lower case; a `*` at the end stands for every name that begins so."""
    names = tuple(str(word).lower() for word in split_words(value))
    for name in names:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"`{name}` is no header's name; write them like x-trace-id,x-acme-*")
    return names


def parse_proxies(value: Any) -> tuple[Network, ...]:
    """Addresses and networks, never all addresses."""
    words = split_words(value)
    if "*" in words:
        raise ValueError("`*` would let every caller choose its own address; name the proxies")
    networks = tuple(ipaddress.ip_network(str(word), strict=False) for word in words)
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("a network of all addresses would let every caller choose its own; name the proxies")
    return networks


def parse_failpoints(value: Any) -> Mapping[str, float]:
    """Names with the probability of each. A mapping is taken as it is."""
    if isinstance(value, Mapping):
        return value
    pairs = [str(word).rpartition(":") for word in split_words(value)]
    if not all(name and _PROBABILITY.fullmatch(probability) for name, _, probability in pairs):
        raise ValueError("write them like before_commit:0.01,after_commit:1")
    return {name: float(probability) for name, _, probability in pairs}
