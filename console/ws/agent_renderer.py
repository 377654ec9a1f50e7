"""How an agent is shown things: as JSON (`face_json`) for bots and other clients, as HTML for the console."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from console.delivery.fanout import Shown
from console.events import AgentChanged, ChatFact, Ended, Released, Transferred, Withdrawn, Wrapped
from console.protocol import AgentHello, InvitedTo, Went
from console.queue.results import Connected, LiveChat

if TYPE_CHECKING:
    from console.ws.agent import AgentConnection


class Face(Protocol):
    def welcome(self, on: "AgentConnection", hello: AgentHello, connected: Connected, went: Sequence[Went]) -> None: ...
    def begin(self, on: "AgentConnection") -> None: ...
    def fact(self, on: "AgentConnection", shown: Shown) -> None: ...
    def came(self, on: "AgentConnection", live: LiveChat, n: int) -> None:
        """Assigned, or offered."""

    def left(self, on: "AgentConnection", shown: Shown, chat: str, why: str) -> None: ...
    def head(self, on: "AgentConnection", shown: Shown) -> None:
        """Something about the chat has changed that is no fact of its log."""

    def invited(self, on: "AgentConnection", n: int, chat: InvitedTo) -> None: ...
    def standing(self, on: "AgentConnection", n: int, fact: AgentChanged) -> None:
        """The agent's own status, limit or connection has changed, by whomever."""

    def close(self) -> None: ...


def recovered(on: "AgentConnection", hello: AgentHello, connected: Connected) -> bool:
    """Whether all the client has stands as it was and only goes on, with nothing between."""
    logs = {chat.id: (chat.number("seq") - len(chat.log), chat.number("seq")) for chat in connected.chats}
    spans = [(seq, *logs.get(chat, (0, -1))) for chat, seq in hello.have.items()]
    same = hello.epoch == on.services.workspace.epoch
    return not spans or (same and all(first <= seq <= last for seq, first, last in spans))


def leaves(fact: ChatFact) -> str:
    """Why the chat's slot is free with this fact; empty when it is not."""
    if isinstance(fact, Released | Withdrawn | Wrapped):
        return fact.why
    if isinstance(fact, Ended):
        return "" if fact.wrapup else fact.why
    return "transferred" if isinstance(fact, Transferred) else ""
