"""Facts as JSON for an agent's client, sent at once."""

from collections.abc import Sequence

import msgspec

from console.delivery.rendered_fact import RenderedFact
from console.events import AgentChanged, Status
from console.projection.picture import chat_state
from console.protocol import (
    AgentHello,
    AgentHistory,
    AgentWelcome,
    ChatForAgent,
    ChatGone,
    ChatOffered,
    ChatTaken,
    HistoryPage,
    Invitation,
    InvitedTo,
    StandingChanged,
    Went,
)
from console.queue.results import ChatSnapshot, Connected
from console.ws.agent_renderer import AgentView, continues, recovered


class JsonRenderer:
    def __init__(self) -> None:
        """Renders JSON frames."""
        # status, limit, reason, breather and the supervisors' limit as last sent
        self._stands: tuple[Status, int, str, int, int] = ("offline", 0, "", 0, 0)

    def welcome(self, on: AgentView, hello: AgentHello, connected: Connected, went: Sequence[Went]) -> None:
        workspace = on.services.workspace
        same = hello.epoch == workspace.epoch
        known = on.services.picture.agents.get(on.author.id)
        breather = known.breather if known is not None else 0
        most = known.most if known is not None and known.most > connected.limit else 0
        self._stands = (connected.status, connected.limit, known.reason if known is not None else "", breather, most)
        on.send(
            AgentWelcome(
                agent=on.author.id,
                name=on.author.name,
                epoch=workspace.epoch,
                fence=connected.fence,
                now=connected.now,
                build=on.services.build,
                features=[],
                status=connected.status,
                limit=connected.limit,
                recovered=recovered(on, hello, connected),
                n=connected.n,
                chats=[agent_chat(chat, _after(chat, hello, same=same)) for chat in connected.chats],
                went=[*went],
                invited=on.invitations(),
                breather=breather,
                to_wrap_up=on.to_wrap_up(),
                most=most,
            )
        )

    def begin(self, on: AgentView) -> None:
        """Nothing to start."""

    def fact(self, on: AgentView, rendered: RenderedFact) -> None:
        on.outbox.put(rendered.for_agent())

    def came(self, on: AgentView, live: ChatSnapshot, n: int) -> None:
        chat = agent_chat(live, 0)
        on.send(ChatOffered(n, chat) if chat.place == "offered" else ChatTaken(n, chat))

    def left(self, on: AgentView, rendered: RenderedFact, chat: str, why: str) -> None:
        on.send(ChatGone(rendered.n, chat, why))

    def head(self, on: AgentView, rendered: RenderedFact) -> None:
        on.outbox.put(rendered.for_agent())

    def history(self, on: AgentView, frame: AgentHistory, facts: Sequence[bytes], more: bool) -> None:
        on.send(HistoryPage([msgspec.Raw(fact) for fact in facts], frame.chat, more, frame.before))

    def invited(self, on: AgentView, n: int, chat: InvitedTo) -> None:
        on.send(Invitation(n, chat))

    def standing(self, on: AgentView, n: int, fact: AgentChanged) -> None:
        stands = (fact.status, fact.limit, fact.reason, fact.breather, fact.most)
        if stands != self._stands:
            self._stands = stands
            on.send(StandingChanged(n, *stands[:3], by=fact.by, breather=fact.breather, most=fact.most))

    def close(self) -> None:
        """Nothing to stop."""


def _after(chat: ChatSnapshot, hello: AgentHello, *, same: bool) -> int:
    """Return the seq after which the client gets the chat's facts: the last one it has, or 0 for all that were read."""
    have = hello.have.get(chat.id, 0)
    return have if continues(chat, have, same=same) else 0


def agent_chat(live: ChatSnapshot, after: int) -> ChatForAgent:
    """Return a chat with its facts after seq `after`; with 0, all facts that were read from its log."""
    line = chat_state(live.id, live.fields)
    # The log may hold only the newest facts; `first` is the seq before its first one.
    first = line.seq - len(live.log)
    return ChatForAgent(
        id=line.id,
        slot=line.slot,
        queue=line.queue,
        visitor=line.visitor,
        name=line.name,
        last=line.seq,
        due=line.due,
        email=line.email,
        verified=line.verified,
        external=line.external,
        proven=line.proven,
        fields=line.fields,
        answers=line.answers,
        locale=line.locale,
        language=line.language,
        language_by=line.language_by,  # type: ignore[arg-type]
        page=line.page,
        channel=line.channel,
        here=line.here,
        seen=live.number("seen_visitor"),
        draft=live.draft,
        after=after,
        facts=[msgspec.Raw(raw) for raw in live.log[max(after - first, 0) :]],
        place=line.place,  # type: ignore[arg-type]
        until=line.until,
        promise=line.promise,
        reason=line.reason,
        tags=line.tags,
    )
