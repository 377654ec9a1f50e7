"""Shared by the alert tests: facts written like a story at chosen times, and what a detector reports about them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from console.alerts.detector import Detector, News
from console.archive.alerts import Alerts
from console.archive.database import Database
from console.domain.alerts import AlertRule, Destination
from console.domain.directory import Hours, Queue
from console.domain.ids import new_cid, new_id
from console.events import AgentChanged, AnyFact, Assigned, Author, Ended, Late, Message, Opened, Turn, Visitor
from console.projection.picture import Picture
from console.views.i18n import page_texts

START = 1_800_000_000_000  # ms: a Friday morning
SUPPORT = Queue("support", "Support")
CHATOPS = Destination("d1", "json://chat.example/hook", "json://chat.example/…")
LATE = AlertRule("r1", "Late", late=True, destinations=(CHATOPS,), quiet=60_000)


class Scene:
    """Facts at seconds since START, given to a detector as they happen; `reported` is everything it reported."""

    def __init__(
        self, *rules: AlertRule, queues: Sequence[Queue] = (SUPPORT,), picture: Picture | None = None, **more: Any
    ) -> None:
        self.queues = {queue.id: queue for queue in queues}
        self.detector = Detector(picture or Picture(), rules, self.queues, more.get("incidents", ()), START)
        self.reported: list[News] = []
        self.seqs: dict[str, int] = {}
        self.n = 0

    def fact(self, kind: type[AnyFact], second: float, **values: Any) -> list[News]:
        self.n += 1
        if kind not in (AgentChanged,):
            seq = self.seqs[values["chat"]] = self.seqs.get(values["chat"], 0) + 1
            values |= {"seq": seq, "prev": seq - 1}
        return self._reported(self.detector.advance(self.n, kind(at=at(second), **values)))

    def check(self, second: float) -> list[News]:
        return self._reported(self.detector.check(at(second)))

    def _reported(self, news: list[News]) -> list[News]:
        self.reported += news
        return news

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """Return (what, kind, queue) of every report."""
        return [(one.what, one.incident.kind, one.incident.queue) for one in self.reported]

    # --- the story -----------------------------------------------------------------------------

    def opens(
        self, chat: str, second: float, *, queue: str = "support", name: str = "Vera", channel: str = "web"
    ) -> list[News]:
        """A visitor opens a chat and asks; the promise is the queue's target on that channel."""
        due = at(second) + self.queues[queue].target_on(channel)
        who = Visitor(chat, name)
        news = self.fact(
            Opened, second, chat=chat, visitor=who, queue=queue, site="demo", due=due, rank=due, channel=channel
        )
        asks = self.fact(
            Message,
            second,
            chat=chat,
            by="visitor",
            author=Author(chat),
            cid=new_cid(),
            text="?",
            due=due,
            since=at(second),
        )
        return news + asks

    def gets(self, chat: str, second: float, agent: str = "ana") -> list[News]:
        line = self.detector.picture.chats[chat]
        return self.fact(
            Assigned, second, chat=chat, agent=agent, name=agent.title(), slot=1, why="least_pressure", candidates=1,
            clocks=0, waited=0, due=line.due,
        )  # fmt: skip

    def late(self, chat: str, second: float) -> list[News]:
        line = self.detector.picture.chats[chat]
        return self.fact(Late, second, chat=chat, queue=line.queue, due=line.due, agent=line.agent)

    def answers(self, chat: str, second: float) -> list[News]:
        turn = Turn(2, at(0), 1, 1)
        who = Author("ana", "Ana")
        return self.fact(Message, second, chat=chat, by="agent", author=who, cid=new_cid(), text="!", turn=turn)

    def leaves_a_message(self, chat: str, second: float, *, queue: str = "support", name: str = "Vera") -> list[News]:
        """Outside the hours: a chat that has ended from the start, without a promise."""
        who = Visitor(chat, name)
        news = self.fact(Opened, second, chat=chat, visitor=who, queue=queue, site="demo", due=0)
        return news + self.fact(Ended, second, chat=chat, why="message_left")

    def ends(self, chat: str, second: float) -> list[News]:
        return self.fact(Ended, second, chat=chat, why="visitor")

    def agent(self, agent: str, second: float, *, online: bool, queues: Sequence[str] = ("support",)) -> list[News]:
        status = "online" if online else "offline"
        return self.fact(
            AgentChanged, second, agent=agent, name=agent.title(), status=status, connected=online, limit=6, fence=1,
            queues=list(queues), since=at(second),
        )  # fmt: skip


def to(*urls: str) -> tuple[Destination, ...]:
    """Return destinations as a settings page would have checked them."""
    return tuple(Destination(new_id(), url, f"{url.partition(':')[0]}://…") for url in urls)


@asynccontextmanager
async def alerts_of(database_url: str, workspace: str = "main") -> AsyncIterator[Alerts]:
    """Yield the alert stores of a running server, so that its rules can be changed."""
    database = Database(database_url)
    try:
        yield Alerts(database, workspace, locales=page_texts().available())
    finally:
        await database.close()


def at(second: float) -> int:
    return START + round(second * 1000)


def office(*, zone: str = "Europe/Paris", begin: int = 540, end: int = 1080) -> Hours:
    """Open from nine to six on every day of the week."""
    return Hours(zone, tuple((day, begin, end) for day in range(7)))
