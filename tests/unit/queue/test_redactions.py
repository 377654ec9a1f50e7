"""Redacted text leaves the feed once SQL has read that far; until then the feed is not changed."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from console.events import Visitor
from console.queue.calls.erasure import Redaction
from console.queue.payloads import VisitorProfile
from tests.support.queue_shift import Shift, opened

FIRST, HIDDEN = "my card is 4929 4219", "my card is •••• ••••"


@pytest_asyncio.fixture
async def shift(store_url: str, workspace_name: str) -> AsyncIterator[Shift]:
    async with opened(store_url, workspace_name) as workspace:
        shift = Shift(workspace)
        await shift.begin(ana=1)
        await shift.online("ana")
        yield shift


async def redacted(shift: Shift) -> int:
    """Redact Vera's first message; return the number of the fact that says so."""
    chat = await shift.opens("vera", FIRST)
    message = next(fact for fact in await shift.facts("message") if fact.chat == chat)
    was = await shift.workspace.store.command("LINDEX", shift.workspace.keys.of("log", chat), message.seq - 1)
    now = msgspec.json.encode(msgspec.json.decode(was) | {"text": HIDDEN})
    await shift.workspace.redact(Redaction(chat, message.seq, was, now, "redacted", "vera", message.cid))
    return (await shift.entries())[-1].n


async def test_a_draft_that_repeats_two_parts_and_what_is_between_them_has_both_hidden(shift: Shift) -> None:
    """What stands between the parts is anybody's text, here with a per cent sign in front of a digit."""
    was, now = "4929 4219, 50%2 off, 1234 5608", "•••• ••••, 50%2 off, •••• 5608"
    chat = await shift.opens("vera", was)
    await shift.workspace.draft("ana", shift.fences["ana"], chat, f"You wrote {was}")
    message = next(fact for fact in await shift.facts("message") if fact.chat == chat)
    raw = await shift.workspace.store.command("LINDEX", shift.workspace.keys.of("log", chat), message.seq - 1)
    new = msgspec.json.encode(msgspec.json.decode(raw) | {"text": now})
    await shift.workspace.redact(Redaction(chat, message.seq, raw, new, "redacted", "vera", message.cid))
    kept = await shift.workspace.store.command("GET", shift.workspace.keys.of("draft", chat))
    assert kept.decode() == f"You wrote {now}"


async def test_what_a_person_wrote_before_they_proved_who_they_are_leaves_no_digest(shift: Shift) -> None:
    """A resend is known by it, whoever it comes from: it would give the few digits away."""
    chat, workspace = await shift.opens("vera", FIRST), shift.workspace
    message = next(fact for fact in await shift.facts("message") if fact.chat == chat)
    profile = VisitorProfile(Visitor("p42", "Vera"))
    assert await workspace.identify("p42", "", "tab", 0, chat=chat, before="vera", profile=profile)
    raw = await workspace.store.command("LINDEX", workspace.keys.of("log", chat), message.seq - 1)
    now = msgspec.json.encode(msgspec.json.decode(raw) | {"text": HIDDEN})
    owners = [(owner, f"{who}|{message.cid}") for owner in ("p42", chat) for who in ("p42", "vera")]
    kept = [await workspace.store.command("HGET", workspace.keys.of("cids", one), name) for one, name in owners]
    assert len({value.split(b" ")[0] for value in kept if value}) == 1
    await workspace.redact(Redaction(chat, message.seq, raw, now, "redacted", "vera", message.cid))
    left = [await workspace.store.command("HGET", workspace.keys.of("cids", one), name) for one, name in owners]
    assert {value.split(b" ")[0] for value in left if value} == {b"*"}


async def additions(shift: Shift) -> int:
    """How many entries the store has written to streams so far."""
    info = await shift.workspace.store.command("INFO", "commandstats")
    line = next(line for line in info.decode().splitlines() if line.startswith("cmdstat_xadd:"))
    return int(line.partition("calls=")[2].partition(",")[0])


async def first_message(shift: Shift) -> str:
    return str((await shift.facts("message"))[0].text)


async def test_a_feed_that_sql_has_not_read_yet_is_not_written_anew(shift: Shift) -> None:
    n = await redacted(shift)
    before = await additions(shift)
    assert await shift.workspace.rewrite_feed(n - 1) == 1
    assert await additions(shift) == before
    assert await first_message(shift) == FIRST


async def test_the_text_leaves_the_feed_once_sql_has_read_the_redaction(shift: Shift) -> None:
    n = await redacted(shift)
    assert await shift.workspace.rewrite_feed(n) == 0
    assert await first_message(shift) == HIDDEN
