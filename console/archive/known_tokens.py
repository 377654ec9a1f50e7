"""A cache of tokens in this process, so that no API request waits for SQL.

Entries are keyed by the token's digest, never by the token. A `revoked` fact removes all entries of its holder. A new
picture removes them too, since facts may have been missed before it.
"""

import asyncio
import time
from collections.abc import Callable

from console.archive.tokens import TokenStore
from console.domain.scopes import HeldToken
from console.errors import Unknown
from console.security import digest

FRESH = 15.0  # seconds; after that SQL is asked again while requests continue
STALE = 30.0  # seconds; after that a request waits for SQL
PATIENCE = 1.0  # seconds that SQL may take for a token that was known before
MOST = 5_000  # tokens remembered


class KnownToken:
    """SQL's answer about a token, its time, and the history it belongs to."""

    __slots__ = ("at", "held", "history")

    def __init__(self, held: HeldToken, history: object) -> None:
        self.held, self.history, self.at = held, history, time.monotonic()


class KnownTokens:
    """`history` returns an object that is replaced whenever facts may have been missed."""

    def __init__(self, tokens: TokenStore, history: Callable[[], object]) -> None:
        self._tokens = tokens
        self._history = history
        self._known: dict[str, KnownToken] = {}
        self._asking: dict[str, asyncio.Task[HeldToken | None]] = {}
        self._forgotten = 0  # counts revocations, since an answer from before one may be outdated

    def knows(self, bearer: str) -> bool:
        """Whether `find` would answer without SQL."""
        known = self._known.get(digest(bearer))
        return known is not None and self._holds(known) and time.monotonic() - known.at < STALE

    async def find(self, bearer: str) -> HeldToken | None:
        """Return the token's holder, or None as in `TokenStore.find`. Raises Unknown if SQL is needed and down."""
        name = digest(bearer)
        known = self._known.get(name)
        if known is not None and not self._holds(known):
            known = self._known.pop(name, None) and None
        if known is None:
            return await self._ask(name, bearer)
        age = time.monotonic() - known.at
        if age > STALE:
            return await self._ask_again(name, bearer, known)
        if age > FRESH:
            self._begin(name, bearer)
        return known.held

    def forget(self, holder: str) -> None:
        """Forget the tokens of a member or integration; SQL decides again."""
        self._forgotten += 1
        for name in [name for name, known in self._known.items() if known.held.holder == holder]:
            del self._known[name]

    def _holds(self, known: KnownToken) -> bool:
        return known.history is self._history()

    async def _ask(self, name: str, bearer: str) -> HeldToken | None:
        return await asyncio.shield(self._begin(name, bearer))

    async def _ask_again(self, name: str, bearer: str, known: KnownToken) -> HeldToken | None:
        """While SQL is down or silent, the known answer stays valid, as it does for sockets."""
        asked = self._begin(name, bearer)
        await asyncio.wait((asked,), timeout=PATIENCE)
        if asked.done() and not isinstance(asked.exception(), Unknown):
            return asked.result()
        return known.held if self._known.get(name) is known else None

    def _begin(self, name: str, bearer: str) -> "asyncio.Task[HeldToken | None]":
        """Ask SQL, once for all requests that wait for the same token."""
        asking = self._asking.get(name)
        if asking is None:
            asking = self._asking[name] = asyncio.create_task(self._read(name, bearer))
            asking.add_done_callback(lambda done: self._asked(name, done))
        return asking

    async def _read(self, name: str, bearer: str) -> HeldToken | None:
        forgotten, history = self._forgotten, self._history()
        held = await self._tokens.find(bearer)
        if held is None:
            self._known.pop(name, None)
        elif forgotten == self._forgotten:  # otherwise something was revoked while SQL was answering
            self._known.pop(name, None)
            self._known[name] = KnownToken(held, history)
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return held

    def _asked(self, name: str, done: "asyncio.Task[HeldToken | None]") -> None:
        self._asking.pop(name, None)
        if not done.cancelled():
            done.exception()  # those who waited have the exception
