"""Times the queries that staff make on a big archive, with the archive's own code, on either database."""

import random
import time
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import text

from console.archive.database import Database
from console.archive.search import ChatQuery, ChatSearch
from console.archive.writer import Archive
from console.domain.ids import new_cid
from console.events import Assigned, Author, Ended, Entry, Labelled, Late, Message, Opened, Rated, Visitor

WORKSPACE = "load"
START = 1_800_000_000_000  # ms
BETWEEN = 90_000  # ms between two ends
LOADED = 500  # chats per transaction
QUEUES = [f"queue{number}" for number in range(20)]
AGENTS = [Author(f"agent{number}", f"Agent {number}") for number in range(60)]
REASONS = [f"Reason {number}" for number in range(15)]
NAMES = ("Vera", "Kim", "Łukasz", "Søren", "O'Brien", "Zoë", "محمد", "美咲", "Ana", "Iñaki", "Đorđe", "Anne-Marie")
OFTEN = "the my is not it and you please hello thank order parcel can where when with for your"
COMMON = OFTEN.split()


class Timing(msgspec.Struct):
    """Times in ms of `runs` answers to one kind of query."""

    what: str
    runs: int
    found: int
    p50: float
    p95: float
    most: float


class Writing:
    """Texts as people write them: a few words are frequent, most are rare, order numbers are unique."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        letters = "abcdefghiklmnoprstuvz"
        self.rare = ["".join(self.dice.choices(letters, k=self.dice.randint(4, 10))) for _ in range(30_000)]
        self.weights = [1 / (rank + 5) for rank in range(len(self.rare))]
        self.n = 0

    def sentences(self, number: int) -> list[str]:
        words = self.dice.choices(self.rare, self.weights, k=8 * number)
        made = []
        for each in range(number):
            own = [*self.dice.choices(COMMON, k=5), *words[8 * each : 8 * each + 8]]
            self.dice.shuffle(own)
            made.append(" ".join(own).capitalize() + ".")
        return made

    def chat(self, number: int) -> list[Entry]:
        """Return the facts of one chat that ends `number` times 90 s after the start."""
        dice, chat = self.dice, f"chat{number}"
        now = START + number * BETWEEN - 60_000
        visitor = Visitor(f"visitor{dice.randrange(80_000)}", dice.choice(NAMES), f"v{number % 50_000}@example.com")
        agent, queue = dice.choice(AGENTS), dice.choice(QUEUES)
        said = self.sentences(dice.randint(3, 8))
        said[0] += f" My order is A-{1_000_000 + number}."
        of_chat: list[tuple[Any, dict[str, Any]]] = [
            (Opened, {"visitor": visitor, "queue": queue, "site": "demo", "due": 0, "cid": new_cid()}),
            (Assigned, {"agent": agent.id, "name": agent.name, "slot": 1, "why": "least_pressure", "candidates": 1,
                        "clocks": 0, "waited": 0}),
        ]  # fmt: skip
        of_chat += [
            (Message, {"by": by, "author": author, "cid": new_cid(), "text": sentence})
            for turn, sentence in enumerate(said)
            for by, author in [(("visitor", Author(visitor.id, visitor.name)), ("agent", agent))[turn % 2]]
        ]
        if dice.random() < 0.2:
            of_chat.append((Late, {"queue": queue, "agent": agent.id, "due": now}))
        left = dice.random() < 0.05
        of_chat.append((Ended, {"why": "message_left" if left else "visitor", "agent": agent.id}))
        if not left:
            of_chat.append((Labelled, {"author": agent, "cid": new_cid(), "reason": dice.choice(REASONS)}))
        if dice.random() < 0.3:
            of_chat.append((Rated, {"score": dice.randint(1, 5), "cid": new_cid()}))
        return [
            self._entry(kind, chat, seq, now + seq * 1_000, values) for seq, (kind, values) in enumerate(of_chat, 1)
        ]

    def _entry(self, kind: Any, chat: str, seq: int, opened: int, values: dict[str, Any]) -> Entry:
        self.n += 1
        at = opened + seq * 1_000
        fact = kind(at=at, chat=chat, seq=seq, prev=seq - 1, **values)
        return Entry(f"{at}-{self.n}", self.n, fact, msgspec.json.encode(fact))


async def fill(database: Database, number: int, on_progress: Callable[[int], None]) -> None:
    """Write `number` ended chats with the archive's own writer; skip existing ones."""
    archive, writing = Archive(database, WORKSPACE), Writing()
    there = (await archive.cursor()).n
    for first in range(0, number, LOADED):
        entries = [entry for chat in range(first, min(first + LOADED, number)) for entry in writing.chat(chat)]
        if entries[-1].n > there:
            await archive.append("load", entries)
        on_progress(min(first + LOADED, number))
    async with database.writing() as connection:
        await connection.execute(text("ANALYZE"))


async def measure(database: Database, number: int, runs: int) -> list[Timing]:
    """Time the queries of the page of chats, `runs` times each: the list with its excerpts, and its count."""
    search, dice, writing = ChatSearch(database, WORKSPACE), random.Random(2), Writing()
    return [
        await _time(search, what, [ask(dice, writing, number) for _ in range(runs)]) for what, ask in QUESTIONS.items()
    ]


Ask = Callable[[random.Random, Writing, int], ChatQuery]


def _rare(dice: random.Random, writing: Writing) -> str:
    return dice.choices(writing.rare, writing.weights)[0]


QUESTIONS: dict[str, Ask] = {
    "list": lambda dice, writing, number: ChatQuery(),
    "left messages": lambda dice, writing, number: ChatQuery(listed="left"),
    "list of a week": lambda dice, writing, number: ChatQuery(
        since=(start := START + dice.randrange(number) * BETWEEN), until=start + 7 * 86_400_000
    ),
    "one queue": lambda dice, writing, number: ChatQuery(queue=dice.choice(QUEUES)),
    "one agent, late": lambda dice, writing, number: ChatQuery(agent=dice.choice(AGENTS).id, late="yes"),
    "queue, reason, rating": lambda dice, writing, number: ChatQuery(
        queue=dice.choice(QUEUES), reason=dice.choice(REASONS), rating=str(dice.randint(1, 5))
    ),
    "a word that nearly all have": lambda dice, writing, number: ChatQuery(text=dice.choice(COMMON)),
    "two such words, one queue": lambda dice, writing, number: ChatQuery(
        text=" ".join(dice.sample(COMMON, 2)), queue=dice.choice(QUEUES)
    ),
    "a word": lambda dice, writing, number: ChatQuery(text=_rare(dice, writing)),
    "two words": lambda dice, writing, number: ChatQuery(text=f"{_rare(dice, writing)} {_rare(dice, writing)}"),
    "three words": lambda dice, writing, number: ChatQuery(
        text=f"{_rare(dice, writing)} {dice.choice(COMMON)} {_rare(dice, writing)}"
    ),
    "a beginning of two letters": lambda dice, writing, number: ChatQuery(text=_rare(dice, writing)[:2]),
    "a beginning of three letters": lambda dice, writing, number: ChatQuery(text=_rare(dice, writing)[:3]),
    "an order number": lambda dice, writing, number: ChatQuery(text=f"A-{1_000_000 + dice.randrange(number)}"),
    "a name": lambda dice, writing, number: ChatQuery(visitor=dice.choice(NAMES)),
    "an address": lambda dice, writing, number: ChatQuery(visitor=f"v{dice.randrange(50_000)}@example.com"),
    "a name and a word": lambda dice, writing, number: ChatQuery(visitor=dice.choice(NAMES), text=_rare(dice, writing)),
    "a word nobody wrote": lambda dice, writing, number: ChatQuery(text="xylophone"),
}


async def _time(search: ChatSearch, what: str, questions: list[ChatQuery]) -> Timing:
    """Time the first and second page in turn, with the count, as the page does."""
    took, found = [], 0
    for number, question in enumerate(questions):
        before = ""
        if number % 2:
            before = (await search.list_chats(question)).next
        began = time.perf_counter()
        page = await search.list_chats(question, before=before)
        await search.count(question)
        took.append((time.perf_counter() - began) * 1000)
        found += len(page.chats)
    took.sort()
    return Timing(what, len(took), found, *(round(_share(took, share), 1) for share in (0.5, 0.95, 1)))


def _share(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]
