"""A server that dies at a named place: `python -m console.proving.fail_points PLACE:COUNT serve`.

The product itself has no such places and reads no such setting. This module wraps its methods in the one process that
is started through it, and only `sestetto prove` starts one. SIGUSR2 arms a place. The process then kills itself when it
passes the place for the COUNT-th time, without a chance to notify anybody or to clean up.
"""

import inspect
import os
import runpy
import signal
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from console.archive.writer import Archive
from console.consumers.consumer import FeedConsumer
from console.delivery.fanout import Fanout
from console.delivery.outbox import Outbox
from console.events import Assigned, Message
from console.queue.store import Call, Store
from console.ws.connection import Connection

ARM = signal.SIGUSR2
WORDS = ("visitor_say_", "agent_say_", "open_")  # Functions that append a message


def nothing(*given: Any) -> None:
    """The default before and after a method: do nothing."""


class FailPoint:
    """Counts how often the place is passed once it is armed."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._armed = False

    def arm(self, *_: object) -> None:
        self._armed = True

    def passed(self) -> None:
        if self._armed:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def after_receive(point: FailPoint) -> None:
    """A command was read from its socket; nothing has been sent to the store."""

    def seen(connection: Connection, frame: Any, *_: Any) -> None:
        if getattr(frame, "cid", ""):
            point.passed()

    _around(Connection, "_do", before=seen)


def after_append(point: FailPoint) -> None:
    """The store has it on disk; no client has received it."""

    def seen(store: Store, calls: Sequence[Call]) -> None:
        commands = [call.command for call in calls]
        if any(command[0] == "FCALL" and str(command[1]).startswith(WORDS) for command in commands):
            point.passed()

    _around(Store, "_exchange", after=seen)


def after_ack(point: FailPoint) -> None:
    """The sender has received the acknowledgement."""

    flush = Outbox.flush

    @wraps(flush)
    def wrapped(outbox: Outbox) -> None:
        acks = any('"t":"ack"' in frame for frame in outbox._frames)
        flush(outbox)
        if acks and not outbox._frames:
            point.passed()

    setattr(Outbox, "flush", wrapped)  # noqa: B010


def before_fanout(point: FailPoint) -> None:
    """A message was read from the feed; no screen of this process shows it."""
    _before_show(point, Message)


def in_assignment(point: FailPoint) -> None:
    """A chat was given to an agent; no screen of this process shows it."""
    _before_show(point, Assigned)


def in_archive(point: FailPoint) -> None:
    """The rows are written; the transaction is not committed."""
    _around(Archive, "write", after=lambda *_: point.passed())


def after_archive(point: FailPoint) -> None:
    """The transaction is committed; the store does not know that SQL has it."""
    _around(FeedConsumer, "follow", before=lambda consumer: _hold_kept(consumer, point))


PLACES: dict[str, Callable[[FailPoint], None]] = {
    "after-receive": after_receive,
    "after-append": after_append,
    "after-ack": after_ack,
    "before-fanout": before_fanout,
    "in-assignment": in_assignment,
    "in-archive": in_archive,
    "after-archive": after_archive,
}


def _hold_kept(consumer: FeedConsumer, point: FailPoint) -> None:
    kept = consumer._kept

    async def dies_first(entry: Any) -> None:
        point.passed()
        await kept(entry)

    consumer._kept = dies_first


def _before_show(point: FailPoint, kind: type) -> None:
    show = Fanout._show

    @wraps(show)
    def wrapped(fanout: Fanout, entry: Any) -> None:
        if isinstance(entry.fact, kind):
            point.passed()
        show(fanout, entry)

    setattr(Fanout, "_show", wrapped)  # noqa: B010


def _around(
    owner: type, name: str, *, before: Callable[..., None] = nothing, after: Callable[..., None] = nothing
) -> None:
    """Wrap a method, for this process only."""
    method = getattr(owner, name)

    @wraps(method)
    async def awaited(*given: Any) -> Any:
        before(*given)
        result = await method(*given)
        after(*given)
        return result

    @wraps(method)
    def called(*given: Any) -> Any:
        before(*given)
        result = method(*given)
        after(*given)
        return result

    setattr(owner, name, awaited if inspect.iscoroutinefunction(method) else called)


def main() -> None:
    place, _, count = sys.argv.pop(1).partition(":")
    point = FailPoint(int(count))
    PLACES[place](point)
    signal.signal(ARM, point.arm)
    runpy.run_module("console.cli", run_name="__main__")


if __name__ == "__main__":
    main()
