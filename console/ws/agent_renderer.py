"""The renderer of an agent's client: `agent_json` for bots and other clients, `agent_html` for the console."""

from collections.abc import Sequence
from typing import Protocol

from console.archive.credentials import SignedIn
from console.delivery.outbox import Outbox
from console.delivery.rendered_fact import RenderedFact
from console.events import AgentChanged, Author, ChatFact, Ended, Released, Transferred, Withdrawn, Wrapped
from console.protocol import AgentHello, AgentHistory, InvitedTo, Outbound, ToWrapUp, Went
from console.queue.results import ChatSnapshot, Connected
from console.services import Services


class AgentView(Protocol):
    """What a renderer needs from the agent's connection."""

    services: Services
    author: Author
    me: SignedIn
    outbox: Outbox

    def send(self, frame: Outbound) -> None: ...
    def now(self) -> int: ...
    def invitations(self) -> list[InvitedTo]: ...
    def to_wrap_up(self) -> list[ToWrapUp]: ...


class AgentRenderer(Protocol):
    def welcome(self, on: AgentView, hello: AgentHello, connected: Connected, went: Sequence[Went]) -> None: ...
    def begin(self, on: AgentView) -> None: ...
    def fact(self, on: AgentView, rendered: RenderedFact) -> None: ...
    def came(self, on: AgentView, live: ChatSnapshot, n: int) -> None:
        """Show an assigned or offered chat."""

    def left(self, on: AgentView, rendered: RenderedFact, chat: str, why: str) -> None: ...
    def head(self, on: AgentView, rendered: RenderedFact) -> None:
        """Show a change of the chat that is not a fact in its log."""

    def history(self, on: AgentView, frame: AgentHistory, facts: Sequence[bytes], more: bool) -> None:
        """Show a chat's facts that are older than the requested seq."""

    def invited(self, on: AgentView, n: int, chat: InvitedTo) -> None: ...
    def standing(self, on: AgentView, n: int, fact: AgentChanged) -> None:
        """Show the agent's own status, limit or connection, whoever changed it."""

    def close(self) -> None: ...


def recovered(on: AgentView, hello: AgentHello, connected: Connected) -> bool:
    """Whether every log that the client has continues where it stopped."""
    chats = {chat.id: chat for chat in connected.chats}
    return all(
        chat in chats and continues(chats[chat], seq, same=hello.epoch == on.services.workspace.epoch)
        for chat, seq in hello.have.items()
    )


def continues(chat: ChatSnapshot, have: int, *, same: bool) -> bool:
    """Whether the facts read from the log continue after seq `have`; `same` says that the epoch is the client's."""
    last = chat.number("seq")
    return same and last - len(chat.log) <= have <= last


def leaves(fact: ChatFact) -> str:
    """Return why the fact frees the chat's slot; empty if it does not."""
    if isinstance(fact, Released | Withdrawn | Wrapped):
        return fact.why
    if isinstance(fact, Ended):
        return "" if fact.wrapup else fact.why
    return "transferred" if isinstance(fact, Transferred) else ""
