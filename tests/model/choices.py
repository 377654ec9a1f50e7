"""How a move picks its people and things, and how time passes for everybody."""

from typing import Any

from console.events import Author, Visitor
from tests.model.directories import AGENTS, first_directory
from tests.model.lockstep import Twin
from tests.model.state import Chat

LOCALES = {"vera": "fr-FR", "vito": "en", "vala": "it", "vlad": "", "vic": "fr", "val": "en-GB", "vin": "de", "vik": ""}
NAMES = list(LOCALES)
VISITORS = [
    Visitor(name, name.title() if n % 3 else "", "v@example.org" if n == 4 else "") for n, name in enumerate(NAMES)
]


class Choosing:
    """Moves on one twin. `k` and `j` choose, `yes` decides; a move that has nothing to choose from does nothing."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.model = twin.model
        self.made = 0
        self.said: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.kind = 0  # which queues
        self.fences: dict[str, list[int]] = {agent: [0] for agent in AGENTS}
        self.configured = first_directory()  # the newest configuration
        twin.do("configure", self.configured)
        twin.do("tick", "p1")
        self.all_connect()

    def fresh(self, kind: str) -> str:
        self.made += 1
        return f"{kind}{self.made}"

    def command(self, verb: str, *args: Any, **named: Any) -> None:
        """Run a command with a cid; it may be resent later."""
        self.said.append((verb, args, named))
        self.twin.do(verb, *args, **named)

    def some(self, k: int, *places: str) -> list[Chat]:
        """Return one chat in one of these places, as a list; an empty list if there is none."""
        chats = [c for c in self.model.chats.values() if c.place in places]
        return [chats[-1 - k % len(chats)]] if chats else []

    def visitor(self, c: Chat) -> Visitor:
        return VISITORS[NAMES.index(c.visitor)]

    def author(self, agent: str) -> Author:
        return Author(agent, agent.title())

    def fence(self, agent: str) -> int:
        return self.model.members[agent].fence if agent in self.model.members else self.fences[agent][-1]

    def mine(self, c: Chat) -> tuple[Author, int, str, str]:
        """Return the first arguments of its agent's commands, with a cid."""
        return self.author(c.agent), self.fence(c.agent), c.id, self.fresh("x")

    # --- time ----------------------------------------------------------------------------------

    def tick(self, ms: int, k: int) -> None:
        """Let time pass; usually consoles show what they get, consoles and widgets answer pings, and some agents
        return.
        """
        if k % 4 == 0:
            self.all_connect()
        if k % 4 < 3:
            self.answer_pings()
        self.twin.move(ms)
        self.twin.do("tick", "p1")

    def connect(self, agent: str, tab: str, **how: bool) -> None:
        connected = self.twin.do("connect", agent, tab, **how)
        if connected:
            self.fences[agent].append(connected[0])

    def all_connect(self) -> None:
        for agent, member in list(self.model.members.items()):
            if not member.connected:
                self.connect(agent, "tab0", take=False)
        for bot in [one for one in self.model.bots.values() if not one.connected]:
            self.twin.do("bot_connect", Author(bot.id, bot.name), bot.limit)

    def answer_pings(self) -> None:
        for c in list(self.model.chats.values()):
            if c.place == "active" and not c.got and self.model.members[c.agent].connected:
                self.twin.do("shown", c.agent, self.fence(c.agent), c.id, len(c.log), hidden=False)
        there = [*self.model.members.values(), *self.model.bots.values()]
        self.twin.do("renew", [(one.id, one.fence) for one in there if one.connected])
        self.twin.do("renew_tabs", [(c.id, tab) for c in self.model.chats.values() for tab in list(c.tabs)])
