"""What a run has lost: each client's memory compared with the store, the archive and the others."""

import asyncio

from console.bench.checker import Finding, check
from console.events import AnyFact
from console.proving.journal import Journal
from console.proving.record import decoded, last_in_archive, last_in_feed, read_archive, read_feed
from console.proving.stage import Stage

PATIENCE = 45.0  # s until screens have the last fact, and until the archive has more than before
CHECK_EVERY = 0.5  # s


async def judge(stage: Stage, journal: Journal) -> tuple[list[Finding], list[AnyFact]]:
    """Return the problems once everything has arrived, or patience ends; and the record."""
    await _archived(stage)
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        findings, facts = await _find_violations(stage, journal)
        if not findings or asyncio.get_running_loop().time() > deadline:
            return findings, facts
        await asyncio.sleep(CHECK_EVERY)


async def _archived(stage: Stage) -> None:
    """Wait until the archive has the last fact, while it makes progress: after a long outage it has a lot to do."""
    loop, newest = asyncio.get_running_loop(), -1
    deadline = loop.time() + PATIENCE
    while newest < await last_in_feed(stage) and loop.time() < deadline:
        if (now := await last_in_archive(stage)) > newest:
            newest, deadline = now, loop.time() + PATIENCE
        await asyncio.sleep(CHECK_EVERY)


async def _find_violations(stage: Stage, journal: Journal) -> tuple[list[Finding], list[AnyFact]]:
    feed = await read_feed(stage)  # the store trims what the archive has, so the archive must have the rest
    archive = await read_archive(stage)
    facts = decoded(archive)
    seen = [Finding("disordered", problem) for problem in journal.problems]
    found = [*seen, *_same(feed, archive), *check(journal.claims, facts, journal.views.values())]
    return found, facts


def _same(feed: list[tuple[int, bytes]], archive: list[tuple[int, bytes]]) -> list[Finding]:
    """Compare the live feed with SQL: each number once, none missing, the same bytes."""
    kept = dict(archive)
    numbers = [number for number, _ in archive]
    found = [Finding("lost", f"the archive has no {number}") for number, _ in feed if number not in kept]
    found += [
        Finding("untrue", f"feed and archive differ at {number}")
        for number, raw in feed
        if kept.get(number, raw) != raw
    ]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(Finding("disordered", "the archive's numbers are not 1 to the last"))
    return found
