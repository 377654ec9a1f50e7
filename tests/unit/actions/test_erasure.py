"""Ada erases a visitor or a chat: its text is gone from SQL, its file, the store and the store's log."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from console.actions import erasure
from console.actions.erasing import erase_again
from console.archive.audit import note
from console.archive.audit_check import check_chains
from console.archive.erasure_notes import ErasureNote, note_erasure, read_erasures
from console.archive.tables import alert_messages, audit, mails_received, set_aside
from console.archive.upkeep import Upkeep
from console.background.retention import Retention
from console.domain.blocks import Block
from console.domain.directory import Member
from console.domain.ids import new_cid, new_id
from console.errors import ChatRunning, NotAllowed, NotYours, Unknown
from console.events import Author, Entry, Visitor, decode_fact
from console.protocol import Page
from console.queue.embedded import EmbeddedStore
from console.queue.payloads import VisitorProfile
from console.queue.results import Gone
from console.services import Services
from tests.support.archive_feed import quick_passwords, rows
from tests.support.eventually import eventually
from tests.support.page_client import an_installation

ADA = Member("ada", "Ada", "ada@example.com", role="admin")
WORDS = ("Wisteria", "wisteria@example.com", "periwinkle", "larkspur")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def own_store(tmp_path: Path) -> AsyncIterator[EmbeddedStore]:
    async with EmbeddedStore(tmp_path / "store") as store:
        yield store


@pytest.fixture
async def services(tmp_path: Path, own_store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, own_store.url, workspace_name) as services:
        follower = asyncio.create_task(archive_feed(services))
        yield services
        follower.cancel()


async def archive_feed(services: Services) -> None:
    """What the archive's consumer does, again and again."""
    workspace = services.workspace
    while True:
        found = await workspace.store.command("XRANGE", workspace.keys.feed, "-", "+")
        entries = [
            Entry(name.decode(), int(name.split(b"-")[1]), decode_fact(values[1]), values[1]) for name, values in found
        ]
        if entries:
            await services.archive.append(workspace.epoch, entries)
            await workspace.archived(entries[-1].id, entries[-1].n)
        await asyncio.sleep(0.05)


async def leaves_message(services: Services, visitor: str = "v1") -> str:
    chat = new_id()
    profile = VisitorProfile.of(Visitor(visitor, WORDS[0], WORDS[1]), Page(), fields={"plan": WORDS[3]})
    await services.workspace.leave_message(
        chat, queue="support", site="demo", channel="web", cid=new_cid(), profile=profile, text=f"My {WORDS[2]}"
    )
    await is_archived(services, chat)
    return chat


async def is_archived(services: Services, chat: str) -> None:
    async def known() -> bool:
        return await services.history.knows_chat(chat)

    await eventually(known)


async def everywhere(services: Services, folder: Path) -> bytes:
    """The bytes of SQLite's files and of the store's, once it has written its log anew."""

    async def rewritten() -> bool:
        info = await services.workspace.store.command("INFO", "persistence")
        text = info.decode() if isinstance(info, bytes) else str(info)
        return "aof_rewrite_in_progress:0" in text and "aof_rewrite_scheduled:0" in text

    await eventually(rewritten)
    return await asyncio.to_thread(bytes_in, folder)


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def live_words(services: Services) -> str:
    """Every key of the workspace with its value, as the store would dump them."""
    store, found = services.workspace.store, []
    for name in await store.command("KEYS", f"{services.workspace.keys.prefix}*"):
        kind = (await store.command("TYPE", name)).decode()
        how = {
            "hash": ("HGETALL", name), "list": ("LRANGE", name, 0, -1), "set": ("SMEMBERS", name),
            "zset": ("ZRANGE", name, 0, -1), "string": ("GET", name), "stream": ("XRANGE", name, "-", "+"),
        }[kind]  # fmt: skip
        found.append(f"{name!r} {await store.command(*how)!r}")
    return "\n".join(found)


@pytest.mark.parametrize("whole_visitor", [True, False])
async def test_an_erased_chat_leaves_no_word_anywhere(services: Services, tmp_path: Path, whole_visitor: bool) -> None:
    chat = await leaves_message(services)
    await sets_aside_and_alerts(services, chat)
    await mails_without_a_mark(services, WORDS[1], f"My {WORDS[2]}")
    await mails_without_a_mark(services, "kim@example.com", "Hello")
    before = await everywhere(services, tmp_path)
    assert [word for word in WORDS if word.encode() not in before] == []
    if whole_visitor:
        assert await erasure.erase_visitor(services, ADA, "v1") == 1
    else:
        await erasure.erase_chat(services, ADA, chat)
    assert services.tidy.is_set()
    await Upkeep(services.database).tidy(quiet=True)
    live, files = await live_words(services), await everywhere(services, tmp_path)
    for word in WORDS:
        assert word not in live
        assert word.encode() not in files, word
        assert word.lower().encode() not in files, word
    assert await rows(services.database, set_aside) == []
    assert await rows(services.database, alert_messages) == []
    assert [mail["sender"] for mail in await rows(services.database, mails_received)] == ["kim@example.com"]


async def sets_aside_and_alerts(services: Services, chat: str) -> None:
    (record,) = await services.erasure.chat(chat)
    aside = {"consumer": "archive", "id": "1-1", "epoch": "e", "n": 1, "at": record.opened, "error": "?"}
    message = {
        "rule": "r", "destination": "d", "shown": "", "what": "opened", "kind": "late", "queue": "support",
        "subject": "", "text": f"{WORDS[0]} waits", "html": "", "tone": "", "made": record.opened, "waits": False,
        "next": 0, "tries": 0, "sender": "", "ended": 1, "code": "", "detail": "",
    }  # fmt: skip
    async with services.database.writing() as connection:
        raw = f'{{"chat":"{chat}","text":"{WORDS[2]}"}}'.encode()
        await connection.execute(insert(set_aside).values(workspace=services.workspace.name, raw=raw, **aside))
        await connection.execute(insert(alert_messages).values(workspace=services.workspace.name, **message))


async def mails_without_a_mark(services: Services, sender: str, text: str) -> None:
    await services.inbox.add(f"From: {sender}\r\n\r\n{text}".encode(), "")
    (mail,) = await services.inbox.pending()
    await services.inbox.settle(mail.id, "aside", detail="It answers no conversation.", sender=sender)


async def test_an_erased_visitor_whom_a_backup_brings_back_is_erased_again(services: Services) -> None:
    chat, other = await leaves_message(services), await leaves_message(services, "kim")
    note_erasure(services.settings.folder, ErasureNote(services.workspace.now(), "visitor:v1"))
    assert await erase_again(services) == 1
    assert not await services.history.knows_chat(chat)
    assert await services.history.knows_chat(other)
    assert await erase_again(services) == 0
    back = await leaves_message(services)
    assert await erase_again(services) == 0
    assert await services.history.knows_chat(back)


async def test_every_erasure_is_noted_for_backups_by_ids_alone(services: Services) -> None:
    chat = await leaves_message(services)
    await erasure.erase_chat(services, ADA, chat)
    await leaves_message(services)
    await erasure.erase_visitor(services, ADA, "v1")
    notes = read_erasures(services.settings.folder)
    assert [note.target for note in notes] == [f"chat:{chat}", "visitor:v1"]
    assert notes[0].at <= notes[1].at <= services.workspace.now()


async def test_what_was_erased_leaves_the_files_even_if_the_database_is_in_use_at_first(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_vain, really = list[bool](), Upkeep.tidy

    async def tidy(upkeep: Upkeep, *, quiet: bool) -> None:
        try:
            await really(upkeep, quiet=quiet)
        except Unknown:
            in_vain.append(quiet)
            raise

    monkeypatch.setattr(Upkeep, "tidy", tidy)
    await leaves_message(services)
    reader = sqlite3.connect(tmp_path / "sestetto.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chats").fetchone()
    await erasure.erase_visitor(services, ADA, "v1")
    tidying = asyncio.create_task(Retention(services, lambda: True).tidy())
    await eventually(lambda: bool(in_vain))
    reader.close()

    def gone() -> bool:
        files = b"".join(file.read_bytes() for file in tmp_path.glob("sestetto.db*"))
        return WORDS[2].encode() not in files

    await eventually(gone, within=10)
    tidying.cancel()


async def test_others_keep_their_chats_and_the_audit_log_says_who_did_it(services: Services) -> None:
    chat, other = await leaves_message(services), await leaves_message(services, "kim")
    await erasure.erase_chat(services, ADA, chat)
    assert not await services.history.knows_chat(chat)
    assert await services.history.knows_chat(other)
    assert await services.workspace.left_messages() == {other}
    async with services.database.reading() as connection:
        line = (await connection.execute(select(audit).where(audit.c.what == "Chats erased"))).mappings().one()
    assert (line["member"], line["target"], line["after"]) == ("ada", f"chat:{chat}", {"chats": 1})
    await asyncio.sleep(0.2)  # the feed is read on: nothing comes back
    assert not await services.history.knows_chat(chat)


async def test_an_erased_visitors_name_leaves_the_audit_log_and_its_chain_holds(services: Services) -> None:
    await leaves_message(services)
    blocked = {"name": WORDS[0], "note": f"{WORDS[2]} again"}
    async with services.database.writing() as connection:
        for visitor in ("v1", "kim"):
            await note(connection, ADA, 1, "Blocked", f"block:visitor:{visitor}", None, blocked)
    await erasure.erase_visitor(services, ADA, "v1")
    lines = {line.target: line for line in await services.stores.audit.read()}
    assert (lines["block:visitor:v1"].what, lines["block:visitor:v1"].after) == ("Blocked", {})
    assert lines["block:visitor:kim"].after == blocked
    chain = (await check_chains(services.database))[0]
    assert (chain.wrong, chain.erased) == ("", 1)


async def test_blocks_of_an_erased_visitor_and_their_address_go_on_without_their_name(services: Services) -> None:
    await leaves_message(services)
    until = services.workspace.now() + 60_000
    for block in (
        Block("visitor", "v1", until, name=WORDS[0], note=WORDS[2]),
        Block("address", "203.0.113.7", until, name=WORDS[0], note=WORDS[2]),
        Block("visitor", "kim", until, name="Kim", note="Rude"),
    ):
        services.directory = await services.stores.blocks.put(block, by=ADA)
    await erasure.erase_visitor(services, ADA, "v1")
    for blocks in ((await services.stores.directory.read()).blocks, services.directory.blocks):
        assert {(block.who, block.name, block.note, block.until) for block in blocks.values()} == {
            ("v1", "", "", until), ("203.0.113.7", "", "", until), ("kim", "Kim", "Rude", until)
        }  # fmt: skip
    lines = [line for line in await services.stores.audit.read() if line.target.startswith("block:")]
    assert not [line for line in lines if WORDS[0] in str(line) or WORDS[2] in str(line)]
    assert [line.after["name"] for line in lines if line.target == "block:visitor:kim"] == ["Kim"]
    assert (await check_chains(services.database))[0].wrong == ""


async def test_who_proved_who_they_are_is_erased_with_what_they_were_before(services: Services) -> None:
    """Their first id and name are in a block, in an alert, and in backups."""
    chat = await leaves_message(services)
    await sets_aside_and_alerts(services, chat)
    until = services.workspace.now() + 60_000
    blocked = Block("visitor", "v1", until, name=WORDS[0], note=WORDS[2])
    services.directory = await services.stores.blocks.put(blocked, by=ADA)
    profile = VisitorProfile.of(Visitor("p42", "Vera"), Page())
    assert await services.workspace.identify("p42", "", "tab", 0, chat=chat, before="v1", profile=profile)

    async def is_theirs() -> bool:
        return len(await services.erasure.chats_of("p42")) == 1

    await eventually(is_theirs)
    assert await erasure.erase_visitor(services, ADA, "p42") == 1
    assert await rows(services.database, alert_messages) == []
    kept = services.directory.blocks[blocked.key]
    assert (kept.name, kept.note, kept.until) == ("", "", until)
    assert not [line for line in await services.stores.audit.read() if WORDS[0] in str(line)]
    assert [note.target for note in read_erasures(services.settings.folder)] == ["visitor:p42", f"chat:{chat}"]


async def test_an_alert_that_calls_the_visitor_as_they_were_called_then_is_erased(services: Services) -> None:
    ana = await services.workspace.connect("ana", "tab", take=True)
    await services.workspace.set_status("ana", ana.fence, "online")
    profile = VisitorProfile.of(Visitor("v1", WORDS[0]), Page())
    said = await services.workspace.open(
        new_id(), connection="c", queue="support", site="demo", channel="web", language="", cid=new_cid(),
        profile=profile, text="Hi",
    )  # fmt: skip
    await is_archived(services, said.chat)
    await sets_aside_and_alerts(services, said.chat)
    await services.workspace.rename(Author("ana", "Ana"), ana.fence, said.chat, new_cid(), "Marta")
    await services.workspace.visitor_end(said.chat, Visitor("v1", WORDS[0]), new_cid())

    async def is_renamed() -> bool:
        return [chat.name for chat in await services.erasure.chat(said.chat) if chat.ended] == ["Marta"]

    await eventually(is_renamed)
    await erasure.erase_chat(services, ADA, said.chat)
    assert await rows(services.database, alert_messages) == []


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_only_an_admin_erases(services: Services, role: str) -> None:
    chat = await leaves_message(services)
    sam = Member("sam", "Sam", "sam@example.com", role=role)  # type: ignore[arg-type]
    for erases in (erasure.erase_chat(services, sam, chat), erasure.erase_visitor(services, sam, "v1")):
        with pytest.raises(NotAllowed):
            await erases
    assert await services.history.knows_chat(chat)


async def test_a_chat_that_goes_on_is_not_erased(services: Services) -> None:
    await services.workspace.connect("ana", "tab", take=True)
    profile = VisitorProfile.of(Visitor("vera", "Vera"), Page())
    said = await services.workspace.open(
        new_id(), connection="c", queue="support", site="demo", channel="web", language="", cid=new_cid(),
        profile=profile, text="Hi",
    )  # fmt: skip
    await is_archived(services, said.chat)
    with pytest.raises(ChatRunning):
        await erasure.erase_chat(services, ADA, said.chat)
    assert (await services.workspace.read_chat(said.chat))[0].id == said.chat


async def test_a_chat_of_nobody_is_not_found(services: Services) -> None:
    with pytest.raises(NotYours):
        await erasure.erase_chat(services, ADA, "nothing")


async def test_a_left_message_that_no_page_shows_any_more_leaves_the_store(services: Services) -> None:
    chat, other = await leaves_message(services), await leaves_message(services, "kim")
    (record,) = await services.erasure.chat(chat)
    await services.history.drop_older_than(record.last + 1)
    assert await services.workspace.left_messages() == {chat, other}
    assert await Retention(services, lambda: True).erase_stray() == 1
    assert await services.workspace.left_messages() == {other}
    with pytest.raises(Gone):
        await services.workspace.read_chat(chat)
