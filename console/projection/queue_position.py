"""A chat's queue position and expected wait. Pure; computed as in `functions/wait.lua`."""

from bisect import bisect_left
from typing import NamedTuple

from console.domain.directory import Directory
from console.projection.models import ChatState
from console.projection.picture import Picture
from console.projection.waiting_reason import language_of_chat, speaks

WAITING = ("waiting", "offered")  # for its visitor an offered chat still waits: nobody has accepted it yet
UNKNOWN = Directory(0)
Servers = dict[tuple[str, ...], list[str]]  # the queues that agents serve -> those agents


class WaitingLine(NamedTuple):
    """Chats that wait for the same agents: `queues` are those they have reached; any `language` if it is empty."""

    queues: tuple[str, ...]
    language: str
    pull: bool
    offered: bool


class QueuePositions:
    """Positions from 1, by chat. Every waiting visitor's socket asks every second, so they are sorted only after a fact
    that may change them.
    """

    def __init__(self) -> None:
        self._lines = WaitingLines(Picture(), UNKNOWN)
        self._sorted: tuple[Picture, int, Directory] | None = None  # the sources of the lines, and `moved`

    def of(self, picture: Picture, chat: str, directory: Directory = UNKNOWN) -> tuple[int, int] | None:
        """Return (position from 1, expected wait in s or -1 if unknown) of a waiting chat; None for any other."""
        state = picture.chats.get(chat)
        if state is None or state.place not in WAITING:
            return None
        if self._sorted != (picture, picture.moved, directory):
            self._lines, self._sorted = WaitingLines(picture, directory), (picture, picture.moved, directory)
        return self._lines.place(state)


class WaitingLines:
    """The waiting chats of a picture, grouped by who may have them."""

    def __init__(self, picture: Picture, directory: Directory) -> None:
        self._picture, self._directory = picture, directory
        self._ranks: dict[WaitingLine, list[tuple[int, str]]] = {}
        self._known: dict[WaitingLine, Servers] = {}
        self._before: dict[WaitingLine, list[tuple[WaitingLine, int]]] = {}
        for chat in picture.chats.values():
            if chat.place in WAITING:
                self._ranks.setdefault(self._line(chat), []).append((chat.rank, chat.id))
        for ranks in self._ranks.values():
            ranks.sort()

    def place(self, chat: ChatState) -> tuple[int, int]:
        position, places, line = 1, 100, self._line(chat)
        if line not in self._before:
            self._before[line] = [*self._goes_before(line)]
        for other, weight in self._before[line]:
            ahead = bisect_left(self._ranks[other], (chat.rank, chat.id))
            position += ahead
            places += 0 if other.offered else ahead * weight
        queue = self._picture.queues.get(chat.queue)
        known = queue is not None and queue.pace and self._servers(line)
        return position, round(places * queue.pace / 100_000) if queue is not None and known else -1

    def _line(self, chat: ChatState) -> WaitingLine:
        queue = self._directory.queues.get(chat.queue)
        language = language_of_chat(self._directory, chat)
        pull = queue is not None and not queue.assigns(chat.channel)
        return WaitingLine((chat.queue, *chat.lines), language, pull, chat.place == "offered")

    def _goes_before(self, line: WaitingLine) -> list[tuple[WaitingLine, int]]:
        """Return the lines whose chats go first if their rank is lower, and how much each counts, in percent."""
        servers = self._servers(line)
        if not servers:  # depends on who comes online first; until then each queue counts separately
            return [(other, 100) for other in self._ranks if other.queues[0] == line.queues[0]]
        weights = {other: self._weight(other, line, servers) for other in self._ranks if line.pull or not other.pull}
        return [(other, weight) for other, weight in weights.items() if weight]

    def _servers(self, line: WaitingLine) -> Servers:
        """Return the agents online who may have the chats, by the queues they serve."""
        if line not in self._known:
            self._known[line] = self._find_servers(line)
        return self._known[line]

    def _find_servers(self, line: WaitingLine) -> Servers:
        teams = {
            served: [agent for agent in team if self._speaks(agent, line.language)]
            for served, team in self._picture.teams.items()
            if not set(served).isdisjoint(line.queues)
        }
        return {served: team for served, team in teams.items() if team}

    def _speaks(self, agent: str, language: str) -> bool:
        return speaks(self._directory.members.get(agent), language)

    def _weight(self, other: WaitingLine, line: WaitingLine, servers: Servers) -> int:
        """Return the percentage of agents for the other line's chats who may have this line's chats too."""
        return max(self._shared(queue, other, line, servers) for queue in other.queues)

    def _shared(self, queue: str, other: WaitingLine, line: WaitingLine, servers: Servers) -> int:
        serving = [agent for served, team in servers.items() if queue in served for agent in team]
        both = sum(self._speaks(agent, other.language) for agent in serving)
        if both and queue in line.queues and other.language == line.language:
            return 100
        return min(100 * both // max(self._picture.there.get(queue, 0), 1), 100)
