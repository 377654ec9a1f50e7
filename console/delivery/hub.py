"""Audiences of listeners. The hub knows audience names, not the domain."""

import asyncio
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

T_contra = TypeVar("T_contra", contravariant=True)


class Listener(Protocol[T_contra]):
    def deliver(self, event: T_contra) -> None:
        """Take an event. Must not wait or raise."""

    def cut(self, code: int) -> None:
        """Close the socket; 1012 asks the client to reconnect at once."""

    def refresh(self) -> None:
        """Called once a second; resend anything that changed."""

    def agent_lease(self) -> tuple[str, int] | None:
        """Return (agent, fence) that this open socket keeps alive, or None."""

    def tab_lease(self) -> tuple[str, str] | None:
        """Return (chat, connection) that this open socket keeps alive, or None."""

    def session(self) -> str:
        """Return the credential that opened this socket: a session's id, `token:<id>`, or empty."""


class Hub(Generic[T_contra]):
    """Listeners by audience name. A listener that has left gets nothing more. `somebody` is set while there are any."""

    def __init__(self) -> None:
        self.somebody = asyncio.Event()
        self._audiences: dict[str, dict[Listener[T_contra], None]] = {}
        self._joined: dict[Listener[T_contra], set[str]] = {}

    def join(self, audience: str, listener: Listener[T_contra]) -> None:
        self._audiences.setdefault(audience, {})[listener] = None
        self._joined.setdefault(listener, set()).add(audience)
        self.somebody.set()

    def part(self, audience: str, listener: Listener[T_contra]) -> None:
        """Leave this audience only."""
        if audience in self._joined.get(listener, ()):
            self._joined[listener].discard(audience)
            self._drop(audience, listener)

    def leave(self, listener: Listener[T_contra]) -> None:
        """Leave every audience."""
        for audience in self._joined.pop(listener, set()):
            self._drop(audience, listener)
        if not self._joined:
            self.somebody.clear()

    def _drop(self, audience: str, listener: Listener[T_contra]) -> None:
        listeners = self._audiences[audience]
        del listeners[listener]
        if not listeners:
            del self._audiences[audience]

    def listeners(self, audience: str) -> tuple[Listener[T_contra], ...]:
        return tuple(self._audiences.get(audience, ()))

    def everyone(self) -> tuple[Listener[T_contra], ...]:
        return tuple(self._joined)

    def audiences(self, prefix: str) -> Iterable[str]:
        return [audience for audience in self._audiences if audience.startswith(prefix)]
