"""Where alerts may be sent: public addresses, and private networks that the installation allows. Pure.

The policy checks the address of the connection, never the name. A name that changes its address a moment later, and an
address in an unusual notation, are checked like any other.
"""

import ipaddress
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LONGEST = 2_000  # characters of a destination's URL
ON_THIS_MACHINE = frozenset(
    {"syslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "blink1", "file"}
)
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # IPv4 embedded in IPv6, IPv4-compatible
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # and IPv4-translated
_TRANSLATED = ipaddress.IPv6Network("64:ff9b:1::/48")


def read_networks(text: str) -> tuple[str, ...]:
    """Parse `10.1.2.0/24, 192.168.7.9` into networks. Raises ValueError, naming what is not a network."""
    found = []
    for part in text.split(","):
        if word := part.strip():
            try:
                found.append(str(ipaddress.ip_network(word)))
            except ValueError:
                raise ValueError(f"{word} is not a network. Enter one such as 10.1.2.0/24, or an address") from None
    return tuple(found)


def may_reach(host: str, networks: Sequence[str] = ()) -> bool:
    """Whether a connection to this address is allowed. `host` is an address; a name is never allowed."""
    try:
        address: Address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    # An IPv6 address that embeds an IPv4 address may lead there, so both must be allowed.
    every = [address, *_inside(address)]
    allowed = [ipaddress.ip_network(network) for network in networks]
    return all(_is_public(one) or any(_within(one, network) for network in allowed) for one in every)


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _is_public(address: Address) -> bool:
    local = isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address in _TRANSLATED)
    odd = address.is_multicast or address.is_reserved or address.is_unspecified
    embeds = isinstance(address, ipaddress.IPv6Address) and bool(_inside(address))
    return embeds or (address.is_global and not local and not odd)


def _inside(address: Address) -> list[Address]:
    """Return the IPv4 addresses embedded in an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo:
        found += list(address.teredo)
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in found if one is not None]


def what_is_wrong(url: str) -> str:
    """Return the page text that says why this can never be a destination; empty if it may be one."""
    if len(url) > LONGEST:
        return "Enter an address of up to 2000 characters."
    if any(not char.isprintable() for char in decoded(url)):
        return "This address contains an invisible character. Type it again."
    scheme = scheme_of(url)
    if not scheme:
        return "This is not an alert address. It starts with a service name, such as slack:// or mailto://."
    if scheme in ON_THIS_MACHINE:
        return "Alerts cannot go to the screen or log of this server. Choose another service."
    return ""


def scheme_of(url: str) -> str:
    """Return `slack` for `slack://…`; empty if the text is not a URL."""
    scheme, colon, rest = url.partition("://")
    return scheme.lower() if colon and rest and scheme.isascii() and scheme.isalnum() else ""


def decoded(text: str) -> str:
    """Return the text without any layer of percent-encoding, as a later reader might decode it."""
    for _ in range(10):
        plain = unquote(text)
        if plain == text:
            break
        text = plain
    return text


def hide(text: str, url: str, shown: str = "") -> str:
    """Return `text` with every part replaced that occurs in `url` but not in `shown`."""
    # Longest first: a short piece would cut a long one into parts that no longer match.
    for piece in sorted(_pieces(url), key=len, reverse=True):
        if piece not in shown:
            text = text.replace(piece, "…")
    return text


def _pieces(url: str) -> set[str]:
    """Return the possibly secret parts of a URL: every word and every query value of three or more characters."""
    found: set[str] = set()
    rest = url.partition("://")[2]
    for text in (rest, decoded(rest)):
        words = [text]
        for mark in "/@:?&=,#+ ":
            words = [part for word in words for part in word.split(mark)]
        found |= {*words}
    for _, value in parse_qsl(rest.partition("?")[2]):
        found |= {value, *value.split()}
    return {piece for piece in found if len(piece) >= 3}
