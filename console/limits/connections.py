"""The TCP connections of this process: how many there may be, of one address, and of visitors, so that staff get in.

Each costs a file descriptor, which no other process can lend, so they are counted here and not in the store.
"""

import ipaddress
import resource
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from console.security import address_group

RESERVED = 100  # descriptors for the store, the database, files and what is just closing
VISITORS = 0.75  # the share of all connections that visitors' sockets may take
MOST = 65_536  # descriptors that are asked for where the system sets no limit
LEAST = 256  # descriptors a server can work with


class Transport(Protocol):
    def abort(self) -> None: ...


class Connections:
    """`capacity` connections in all; `each` of one address, unless that is a proxy of ours."""

    def __init__(self, capacity: int, each: int, proxies: str) -> None:
        self.capacity = capacity
        self.each = each
        self._proxies = Proxies(proxies)
        self._addresses: dict[Transport, str] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Transport, None] = {}  # without a whole request, the longest first
        self._visitors: set[Transport] = set()

    def __len__(self) -> int:
        return len(self._addresses)

    def come(self, transport: Transport, address: str) -> bool:
        """False when its address has too many. Where there is no room at all, who waits longest gives way."""
        group = "" if address in self._proxies else address_group(address)
        self._addresses[transport] = group
        self._of[group] += 1
        self.wait(transport)
        if len(self._addresses) > self.capacity:
            next(iter(self._waiting)).abort()
        return not group or self._of[group] <= self.each

    def wait(self, transport: Transport) -> None:
        """It has no whole request now."""
        if transport in self._addresses:
            self._waiting[transport] = None

    def work(self, transport: Transport) -> None:
        """It has one."""
        self._waiting.pop(transport, None)

    def visit(self, transport: Transport) -> None:
        """It is a visitor's socket from now on."""
        self._visitors.add(transport)

    def go(self, transport: Transport) -> None:
        group = self._addresses.pop(transport, None)
        if group is not None:
            self._of[group] -= 1
            if not self._of[group]:
                del self._of[group]
        self._waiting.pop(transport, None)
        self._visitors.discard(transport)

    @property
    def crowded(self) -> bool:
        """Whether one more socket would be beyond the visitors' share."""
        return len(self._visitors) > self.capacity * VISITORS


class Proxies:
    """The addresses whose X-Forwarded-* headers are believed: `127.0.0.1, 10.0.0.0/8`, or `*` for all."""

    def __init__(self, text: str) -> None:
        words = [word.strip() for word in text.split(",") if word.strip()]
        self._all = "*" in words
        self._networks = _networks([word for word in words if word != "*"])

    def __contains__(self, address: str) -> bool:
        if self._all:
            return True
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _networks(words: Sequence[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for word in words:
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue  # uvicorn takes other names, too: they are of no address
    return found


def raise_descriptors() -> int:
    """As many file descriptors as this process may have, asked for; how many they are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, MOST) if hard == resource.RLIM_INFINITY else hard
    if soft != wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def capacity_of(descriptors: int) -> int:
    return max(descriptors - RESERVED, descriptors // 2)
