"""The end of every fault test: the store and the archive must have recorded what each client remembers."""

from console.bench.checker import check
from console.events import AnyFact
from console.proving.journal import Journal
from console.proving.record import decoded, read_archive, read_feed
from console.proving.stage import Stage
from console.queue.keys import stray
from console.queue.primary import ask
from console.queue.topology import primary_of
from tests.support.eventually import eventually


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
    names, cursor = [], b"0"
    async with primary_of(stage.store_url, stage.workspace).connected() as connection:
        while names == [] or cursor != b"0":
            cursor, some = await ask(connection, "SCAN", cursor, "COUNT", 1000)
            names += [name.decode() for name in some]
    assert stray(names) == []
