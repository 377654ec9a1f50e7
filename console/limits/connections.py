"""This process's TCP connections: limits in total, per address, and for visitors, so that staff can always connect.

Each takes one of this process's own file descriptors, so they are counted here and not in the store.
"""

import resource
from collections import Counter
from typing import Protocol

from console.limits.bucket import Bucket
from console.limits.proxies import Proxies
from console.limits.seldom import SeldomLog
from console.limits.turnstile import Turnstile
from console.security import address_group

HOLD_OFF = 20  # seconds
RESERVED = 100  # descriptors for the store, the database, files, and connections that are closing
VISITORS = 0.75  # the share of all connections that visitors' sockets may take
FLOODS = (1 / HOLD_OFF, 5)  # cut sockets of one address, per second and at once, before it is held off
AT_ONCE = 60  # times an address's requests per second: an office opens its consoles in the same minute
UPGRADES = 8  # of visitors' sockets in a turn of the loop: about 10 ms
MOST_ADDRESSES = 10_000  # that are remembered
MOST = 65_536  # descriptors to request if the system sets no limit
LEAST = 256  # descriptors a server can work with


class Transport(Protocol):
    def abort(self) -> None: ...


class Connections:
    """At most `capacity` connections in total, and per address at most `each`, with `asked` requests per second. Both
    limits per address do not apply to trusted proxies.
    """

    def __init__(self, capacity: int, each: int, asked: int, proxies: str) -> None:
        self.capacity = capacity
        self.each = each
        self.asked = asked
        self.log = SeldomLog()
        self.upgrades = Turnstile(UPGRADES)
        self._proxies = Proxies(proxies)
        self._addresses: dict[Transport, str] = {}
        self._of: Counter[str] = Counter()
        self._waiting: dict[Transport, None] = {}  # without a complete request, longest first
        self._visitors: set[Transport] = set()
        self._floods: dict[str, Bucket] = {}  # by address
        self._requests: dict[str, Bucket] = {}  # by address

    def __len__(self) -> int:
        return len(self._addresses)

    def add(self, transport: Transport, address: str) -> bool:
        """Add a connection.

        False if its address has too many. If there is no room at all, the longest-waiting one is closed.
        """
        group = "" if address in self._proxies else address_group(address)
        self._addresses[transport] = group
        self._of[group] += 1
        self.wait(transport)
        if len(self._addresses) > self.capacity:
            next(iter(self._waiting)).abort()
        return not group or (self._of[group] <= self.each and not self.held_off(address))

    def wait(self, transport: Transport) -> None:
        """Record that the connection has no complete request now."""
        if transport in self._addresses:
            self._waiting[transport] = None

    def work(self, transport: Transport) -> None:
        """Record that the connection has a complete request."""
        self._waiting.pop(transport, None)

    def ask(self, transport: Transport) -> bool:
        """Count a request, or a socket that begins with one. False if its address asks too fast."""
        group = self._addresses.get(transport, "")
        if not group:
            return True
        if len(self._requests) > MOST_ADDRESSES:
            self._requests.clear()
        return self._requests.setdefault(group, Bucket(self.asked, self.asked * AT_ONCE)).take()

    def visit(self, transport: Transport) -> None:
        """Record that the connection is a visitor's socket from now on."""
        self._visitors.add(transport)

    def remove(self, transport: Transport) -> None:
        group = self._addresses.pop(transport, None)
        if group is not None:
            self._of[group] -= 1
            if not self._of[group]:
                del self._of[group]
        self._waiting.pop(transport, None)
        self._visitors.discard(transport)

    def note_flood(self, address: str) -> None:
        """Record that a socket of the address was cut for what it sent."""
        if len(self._floods) > MOST_ADDRESSES:
            self._floods.clear()
        self._floods.setdefault(address_group(address), Bucket(*FLOODS)).take()

    def held_off(self, address: str) -> bool:
        """Whether so many sockets of the address were cut that it gets no new ones for now."""
        floods = self._floods.get(address_group(address))
        return floods is not None and floods.empty()

    @property
    def crowded(self) -> bool:
        """Whether another socket would exceed the visitors' share."""
        return len(self._visitors) > self.capacity * VISITORS


def raise_descriptors() -> int:
    """Request as many file descriptors as this process may have; return how many it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, MOST) if hard == resource.RLIM_INFINITY else hard
    if soft != wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def capacity_of(descriptors: int) -> int:
    return max(descriptors - RESERVED, descriptors // 2)
