"""What everybody remembers, and whether the store and the archive recorded the same."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from console.archive.database import Database
from console.archive.tables import facts as fact_rows
from console.bench.checker import Claim, View, check
from console.events import AnyFact, decode_fact
from console.queue.keys import Keys, stray
from console.queue.store import open_client
from tests.faults.installation import Stage
from tests.support.eventually import eventually


class Journal:
    """Filled by the people of a test; `problems` are contradictions that a client noticed itself."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.views: dict[tuple[str, str], View] = {}
        self.problems: list[str] = []

    def claim(self, client: str, cid: str) -> Claim:
        claim = Claim(client, cid)
        self.claims.append(claim)
        return claim

    def view(self, client: str, chat: str, *, staff: bool = False) -> View:
        """Return the client's view of the chat."""
        return self.views.setdefault((client, chat), View(client, chat, [], staff))

    def acked(self, claim: Claim, chat: str, seq: int) -> None:
        """Record an answer; a second one must be the same."""
        if claim.outcome == "acked" and (claim.chat, claim.seq) != (chat, seq):
            self.problems.append(f"{claim.cid} was answered {claim.chat}:{claim.seq}, then {chat}:{seq}")
        claim.outcome, claim.chat, claim.seq = "acked", chat, seq

    @property
    def unanswered(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.outcome == "unknown"]


async def read_feed(stage: Stage) -> list[tuple[int, bytes]]:
    """Return (number, JSON) of every fact in the live feed."""
    client = open_client(stage.store_url)
    try:
        rows: Any = await client.xrange(Keys(stage.workspace).feed)
    finally:
        await client.aclose()
    return [(int(name.split(b"-")[1]), values[b"f"]) for name, values in rows]


async def read_archive(stage: Stage) -> list[tuple[int, bytes]]:
    """Return (number, JSON) of every fact in SQL."""
    database = Database(stage.database_url)
    try:
        async with database.reading() as connection:
            here = fact_rows.c.workspace == stage.workspace
            rows = await connection.execute(select(fact_rows.c.n, fact_rows.c.raw).where(here).order_by(fact_rows.c.n))
            return [(row.n, row.raw.encode() if isinstance(row.raw, str) else row.raw) for row in rows]
    finally:
        await database.close()


def decoded(feed: Sequence[tuple[int, bytes]]) -> list[AnyFact]:
    return [decode_fact(raw) for _, raw in feed]


async def promises_kept(stage: Stage, journal: Journal) -> list[AnyFact]:
    """The end of every fault test: check every promise, on screens, in the store and in the archive.

    Waits until everybody has seen the last fact and SQL has caught up; returns the record.
    """

    async def all_is_well() -> list[AnyFact]:
        feed = await read_feed(stage)
        facts = decoded(feed)
        assert [number for number, _ in feed] == list(range(1, len(feed) + 1))
        findings = check(journal.claims, facts, journal.views.values())
        assert findings == [], "\n".join(map(str, findings))
        archived = await read_archive(stage)
        assert archived == feed, f"the archive has {len(archived)} of {len(feed)} facts"
        return facts

    assert journal.problems == []
    facts = await eventually(all_is_well, "every promise to be kept", within=20)
    await no_stray_keys(stage)
    return facts


async def no_stray_keys(stage: Stage) -> None:
    """Check that there is no key that the tables of `console.queue.keys` do not name."""
    client = open_client(stage.store_url)
    try:
        names = [name.decode() async for name in client.scan_iter("*", count=1000)]
    finally:
        await client.aclose()
    assert stray(names) == []
