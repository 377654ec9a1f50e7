"""Puts chats back into a store that has lost them."""

from collections.abc import Iterable, Sequence

import msgspec

from console.queue.calls.caller import Caller
from console.queue.payloads import VisitorProfile, encode


class LostChat(msgspec.Struct, kw_only=True):
    """A chat rebuilt from its facts in SQL, for the Function `revive`, which documents the fields."""

    chat: str
    visitor: str
    queue: str
    site: str
    channel: str
    tongue: str
    tongue_by: str = ""
    profile: str
    named: str = ""
    opened: int
    last: int = 0
    asked_seq: int = 0
    asked_at: int = 0
    ended: int = 0
    handled: bool = False
    cids: list[str] = []
    opening: list[str] = []


class RevivalCalls(Caller):
    async def revive(self, lost: LostChat, log: Sequence[bytes]) -> bool:
        """Put the chat back, with its facts; an open chat waits again. False if the store already has it."""
        return bool((await self._call("revive", encode(lost), *log))[3] == b"1")

    async def filled(self, away: Iterable[tuple[str, str, str]] = ()) -> None:
        """Let an emptied store serve again; `away` are agents who were not online, with status and reason."""
        arguments = [
            word for agent, status, reason in away for word in (agent, status, encode(reason) if reason else "")
        ]
        await self._call("filled", *arguments)
        self.emptied.clear()

    async def has_chat(self, chat: str) -> bool:
        return bool(await self.store.command("EXISTS", self.keys.of("chat", chat)))


def profile_json(profile: VisitorProfile) -> str:
    return encode(profile).decode()
