"""Invented states for the board: agents, chats and figures as a picture would have them, without a store."""

from typing import Any

from console.domain.directory import Directory, Member, Queue
from console.events import Turn
from console.projection.current import Current
from console.projection.picture import AgentState, ChatState, LateAnswer, Picture
from console.projection.statistics import HOUR, MINUTE

SUPPORT = Queue("support", "Support")


class Floor(Current):
    """`now` is moved by hand. Times passed to its methods are ms from now, negative for the past."""

    def __init__(self, *queues: Queue, now: int = 1_800_000_000_000) -> None:
        self.now = now
        self.picture = Picture("e1", 1)
        self.directory = Directory(1, queues={queue.id: queue for queue in queues or (SUPPORT,)})

    def agent(
        self,
        id: str,
        *,
        queues: tuple[str, ...] = (),
        languages: tuple[str, ...] = (),
        since: int = -60_000,
        **line: Any,
    ) -> AgentState:
        """Add an agent: online, connected and in all queues unless stated otherwise."""
        serves = list(queues or self.directory.queues)
        values = {"status": "online", "connected": True, "name": id.title(), **line}
        agent = AgentState(id=id, queues=serves, since=self.now + since, **values)
        self.picture.agents[id] = agent
        email = f"{id}@example.com"
        self.directory.members[id] = Member(id, agent.name, email, queues=tuple(serves), languages=languages)
        return agent

    def holds(self, agent: str, slot: int, *, name: str = "Vera", due: int | None = None, **line: Any) -> ChatState:
        """Add a chat held by the agent; `due` opens a turn."""
        chat = self._chat(f"{agent}{slot}", name, place=line.pop("place", "active"), agent=agent, slot=slot, **line)
        if due is not None:
            target = self.directory.queues[chat.queue].target
            chat.turn, chat.due, chat.late = self.now + due - target, self.now + due, due <= 0
        self.picture.agents[agent].held[slot] = chat.id
        return chat

    def waits(self, id: str, *, name: str = "Vera", for_ms: int = 1_000, due: int = 5_000, **line: Any) -> ChatState:
        chat = self._chat(id, name, place="waiting", **line)
        chat.since, chat.due, chat.late = self.now - for_ms, self.now + due, due <= 0
        chat.rank = line.get("rank", chat.due)
        return chat

    def _chat(self, id: str, name: str, **line: Any) -> ChatState:
        values = {"queue": next(iter(self.directory.queues)), "since": self.now, **line}
        chat = ChatState(id=id, visitor=f"v{id}", name=name, **values)
        self.picture.chats[id] = chat
        return chat

    def answered(self, queue: str, ms: int, times: int = 1, *, late: bool = False, ago: int = MINUTE) -> None:
        """Add that many first words after that time, as agent and visitor experienced them."""
        for span in self.picture.queue(queue).figures.at(self.now - ago):
            for _ in range(times):
                span.measure("a", ms, within=not late)
                span.measure("v", ms, within=not late)
                span.add("broke", int(late))

    def gave(self, queue: str, ms: int, times: int = 1, *, late: bool = False, ago: int = MINUTE) -> None:
        """Add that many answers to questions asked `ms` earlier."""
        for span in self.picture.queue(queue).figures.at(self.now - ago):
            for _ in range(times):
                span.measure("r", ms, within=not late)

    def counted(self, queue: str, counter: str, by: int, *, ago: int = MINUTE) -> None:
        for span in self.picture.queue(queue).figures.at(self.now - ago):
            span.add(counter, by)

    def day(self, queue: str, *opened: int) -> None:
        """Count chats opened in the hours before this one, the latest last."""
        for place, count in enumerate(reversed(opened)):
            self.counted(queue, "opened", count, ago=(place + 1) * HOUR)

    def late(self, agent: str, chat: str, *stages: int, ago: int = MINUTE) -> None:
        """Add a late answer; `stages` are queue, delivery, noticing, composing."""
        waited, at = sum(stages), self.now - ago
        turn = Turn(2, at - waited, waited, waited, False, True, 0, *stages)
        queue = next(iter(self.directory.queues))
        self.picture.lates = [LateAnswer(chat, queue, agent, at, turn), *self.picture.lates]
