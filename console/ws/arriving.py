"""Chats that arrive at a socket: each is read once, as a whole, and facts that arrive during the read follow it."""

import asyncio
from collections.abc import Callable

from console.delivery.catch_up import CatchUp
from console.delivery.rendered_fact import RenderedFact
from console.errors import SestettoError
from console.queue.results import ChatSnapshot
from console.queue.workspace import Workspace


class ArrivingChats:
    def __init__(
        self,
        workspace: Workspace,
        draw: Callable[[ChatSnapshot, int], None],
        show: Callable[[RenderedFact], None],
        fail: Callable[[], None],
    ) -> None:
        """`draw` gets a chat and the feed number at which it was read; `show` gets each fact after that."""
        self._workspace = workspace
        self._draw = draw
        self._show = show
        self._fail = fail  # called when a chat can't be read
        self._coming: dict[str, CatchUp[RenderedFact]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hold(self, chat: str, rendered: RenderedFact) -> bool:
        """Hold a fact back if its chat is being read. Return whether it was held back."""
        return chat in self._coming and self._coming[chat].hold(rendered)

    def read(self, chat: str) -> None:
        """Start reading the chat."""
        self._coming[chat] = CatchUp()
        task = asyncio.create_task(self._read(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, chat: str) -> None:
        try:
            live, n = await self._workspace.read_chat(chat)
        except SestettoError:
            self._coming.pop(chat, None)
            self._fail()
            return
        coming = self._coming.pop(chat)
        self._draw(live, n)
        for rendered in coming.release(lambda rendered: rendered.n > n):
            self._show(rendered)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
