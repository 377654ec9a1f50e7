"""What Ada's export contains: the whole workspace without its secrets, or all of Vera's data and nobody else's."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import insert

from console.archive.database import Database
from console.archive.file_records import FileRecord
from console.archive.history import History
from console.archive.stores import Stores
from console.archive.tables import files, mails, mails_received
from console.archive.writer import Archive
from console.config import read_settings
from console.domain.directory import Canned, Queue, Site
from console.domain.identity import IdentityKey, SiteIdentity
from console.events import Author, Note, Profile, Rated, Transferred, Visitor
from console.exports.making import Exports
from console.exports.writing import write_export
from console.files.local_store import LocalFiles
from console.protocol.api import ApiQueue, ApiSite, ApiVisitor, CannedReply
from console.protocol.exports import ExportedChat, ExportedFile, ExportedMember
from tests.support.archive_feed import ANA, Feed, fresh_database, quick_passwords

KIM = {"visitor": "kim", "name": "Kim Zander", "email": "kim@example.com"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with fresh_database(database_url) as database:
        yield database


async def set_up(database: Database) -> Stores:
    stores = Stores(database)
    await stores.queues.put(Queue("support", "Support"))
    await stores.sites.put(Site("demo", "Lana", "support", ("https://lana.example",)))
    await stores.members.add(
        id="ana", email="ana@example.com", name="Ana", password="correct horse battery", queues=("support",)
    )
    await stores.members.add(id="ben", email="ben@example.com", name="Ben", password="correct horse battery")
    await stores.members.disable("ben")
    await stores.canned.put(Canned("hello", "Hello", "Hello {visitor}", "shared", ""))
    await stores.canned.put(Canned("mine", "Mine", "Only for Ana", "member", "ana"))
    return stores


async def archives(database: Database, feed: Feed) -> None:
    await Archive(database).append("e1", feed.entries)


async def has_file(database: Database, folder: Path, id: str, chat: str, content: bytes, **more: Any) -> None:
    record = FileRecord(
        id=id, site="demo", visitor="vera", chat=chat, owner="vera", cid=id, address="", name="a picture.png",
        media="image/png", size=len(content), state="clean", uploaded=1, named=2,
    )  # fmt: skip
    for name, value in more.items():
        setattr(record, name, value)
    async with database.writing() as connection:
        values = {name: getattr(record, name) for name in FileRecord.__struct_fields__}
        await connection.execute(insert(files).values(workspace="main", **values))
    if record.state == "clean":
        (folder / "files").mkdir(exist_ok=True)
        (folder / "coming").write_bytes(content)
        await LocalFiles(folder / "files").put(id, folder / "coming")


async def exported(stores: Stores, folder: Path, visitor: str = "", *, notes: bool = False) -> zipfile.ZipFile:
    exports = Exports(read_settings({}, data=folder), stores, "main", lambda: LocalFiles(folder / "files"))
    written = io.BytesIO()

    async def nobody_looks(_: int) -> None:
        return

    await write_export(written, await exports.source(visitor, notes=notes), nobody_looks)
    return zipfile.ZipFile(written)


def lines(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


def everything_in(archive: zipfile.ZipFile) -> str:
    return "\n".join([*archive.namelist(), *(archive.read(name).decode("latin-1") for name in archive.namelist())])


async def test_a_workspace_is_exported_whole_and_without_secrets(database: Database, tmp_path: Path) -> None:
    stores = await set_up(database)
    key = IdentityKey("k1", "HS256", "s3cr3t-of-the-site-0123456789abcdef")
    known = (await stores.directory.read()).sites["demo"]
    await stores.sites.put(
        replace(known, identity=SiteIdentity(keys=(key,), hash_secret="s3cr3t-too-0123456789abcdef01234"))
    )
    feed = Feed()
    feed.talk("one", "Where is my parcel?")
    feed.talk("two", "Hello", **KIM)
    feed.leave_message("left", "Call me", **KIM)
    feed.open("open")
    await archives(database, feed)
    await has_file(database, tmp_path, "f1", "one", b"pixels")
    await has_file(database, tmp_path, "f2", "one", b"bad", state="refused")
    archive = await exported(stores, tmp_path)

    assert [(one["id"], one["active"]) for one in lines(archive, "members")] == [("ana", True), ("ben", False)]
    assert [one["id"] for one in lines(archive, "queues")] == ["support"]
    assert [one["key"] for one in lines(archive, "sites")] == ["demo"]
    assert [one["id"] for one in lines(archive, "canned_replies")] == ["hello"]
    assert [(one["id"], one["chats"]) for one in lines(archive, "visitors")] == [("kim", 2), ("vera", 2)]
    (one, two), (left,) = lines(archive, "chats"), lines(archive, "left_messages")
    assert [chat["id"] for chat in (one, two, left)] == ["one", "two", "left"]
    assert one["facts"] == [json.loads(entry.raw) for entry in feed.entries if getattr(entry.fact, "chat", "") == "one"]
    assert left["left_message"] is True
    (file,) = lines(archive, "files")
    assert (file["id"], archive.read(file["path"])) == ("f1", b"pixels")
    manifest = json.loads(archive.read("export.json"))
    assert (manifest["kind"], manifest["open_chats"], manifest["counts"]["chats"]) == ("workspace", 1, 2)
    said = everything_in(archive)
    for secret in ("s3cr3t", "argon2", "correct horse"):
        assert secret not in said


async def test_every_line_is_a_struct_of_the_documented_format(database: Database, tmp_path: Path) -> None:
    stores = await set_up(database)
    feed = Feed()
    feed.talk("one", "Hello")
    feed.leave_message("left", "Call me")
    await archives(database, feed)
    await has_file(database, tmp_path, "f1", "one", b"pixels")
    archive = await exported(stores, tmp_path)
    structs = {
        "members": ExportedMember, "queues": ApiQueue, "sites": ApiSite, "canned_replies": CannedReply,
        "visitors": ApiVisitor, "chats": ExportedChat, "left_messages": ExportedChat, "files": ExportedFile,
    }  # fmt: skip
    for name, struct in structs.items():
        found = lines(archive, name)
        assert found, name
        assert set(found[0]) == set(struct.__struct_fields__), name
    assert {name.removesuffix(".jsonl") for name in archive.namelist() if name.endswith(".jsonl")} == set(structs)


async def test_a_visitors_export_has_all_of_hers_and_nothing_of_anybody_else(
    database: Database, tmp_path: Path
) -> None:
    stores = await set_up(database)
    feed = Feed()
    feed.talk("hers", "I am Vera", email="vera@example.com", fields={"plan": "gold"})
    feed.add(Rated, chat="hers", score=2, comment="It took long", cid="r1")
    feed.leave_message("left", "Call Vera", email="vera@example.com")
    feed.talk("kims", "I am Kim", **KIM)
    # On another device she was a stranger, until the website said who she is.
    feed.open("device", visitor="tablet", name="")
    feed.say("device", "From my tablet", author=Author("tablet", ""))
    feed.add(Profile, chat="device", visitor=Visitor("vera", "Vera", "vera@example.com", True), proven=["email"])
    feed.end("device")
    feed.talk("strangers", "Somebody else at that tablet", visitor="tablet", name="Zoe Quill")
    await archives(database, feed)
    await has_file(database, tmp_path, "f1", "hers", b"her picture")
    await has_file(database, tmp_path, "f2", "device", b"from the tablet", visitor="tablet")
    await has_file(database, tmp_path, "f3", "kims", b"of Kim", visitor="kim")
    archive = await exported(stores, tmp_path, "vera")

    assert [one["id"] for one in lines(archive, "chats")] == ["hers", "device"]
    assert [one["id"] for one in lines(archive, "left_messages")] == ["left"]
    (vera,) = lines(archive, "visitors")
    assert (vera["id"], vera["email"], vera["chats"]) == ("vera", "vera@example.com", 3)
    assert [archive.read(one["path"]) for one in lines(archive, "files")] == [b"her picture", b"from the tablet"]
    said = everything_in(archive)
    for hers in ("I am Vera", "gold", "It took long", "Call Vera", "From my tablet"):
        assert hers in said, hers
    for others in ("Kim Zander", '"kims"', "Zoe Quill", "Somebody else", '"strangers"', "ana@example.com"):
        assert others not in said, others


@pytest.mark.parametrize("notes", [False, True])
async def test_what_only_staff_see_is_in_a_visitors_export_only_if_it_is_asked_for(
    database: Database, tmp_path: Path, notes: bool
) -> None:
    stores = await set_up(database)
    feed = Feed()
    feed.open("hers")
    feed.assign("hers")
    feed.add(Note, chat="hers", author=ANA, cid="n1", text="She is like Kim Zander")
    feed.add(Transferred, chat="hers", author=ANA, cid="t1", agent="ana", queue="support", due=0, note="Ask Zoe Quill")
    feed.say("hers", "Hello")
    feed.end("hers")
    await archives(database, feed)
    said = everything_in(await exported(stores, tmp_path, "vera", notes=notes))
    assert "Hello" in said
    for word in ("Kim Zander", "Ask Zoe Quill"):
        assert (word in said) is notes, word


async def test_mails_come_with_their_chat_or_a_proven_address_and_never_by_a_typed_one(
    database: Database, tmp_path: Path
) -> None:
    stores = await set_up(database)
    feed = Feed()
    feed.leave_message("left", "Call me", email="vera@example.com")
    feed.talk("mallorys", "Hi", visitor="mallory", name="Mallory", email="vera@example.com")
    feed.open("signed", visitor="p1")
    feed.add(Profile, chat="signed", visitor=Visitor("p1", "Vera", "Vera@example.com", True), proven=["email"])
    feed.end("signed")
    await archives(database, feed)
    sent = {
        "workspace": "main", "thread": "left", "kind": "answer", "to": "vera@example.com", "subject": "Your parcel",
        "text": "", "locale": "en", "chat": "left", "message_id": "m1", "made": 1, "waits": False, "next": 0,
        "tries": 1, "sender": "", "ended": 2, "code": "sent", "detail": "",
    }  # fmt: skip
    came = {
        "workspace": "main", "digest": "d1", "raw": b"Subject: Mine alone\r\n\r\nHi", "whole": True, "at": 3,
        "code": "aside", "detail": "", "sender": "vera@example.com", "chat": "",
    }  # fmt: skip
    async with database.writing() as connection:
        await connection.execute(insert(mails).values(**sent))
        await connection.execute(insert(mails_received).values(**came))
    assert [one["subject"] for one in lines(await exported(stores, tmp_path, "vera"), "mails")] == ["Your parcel"]
    assert lines(await exported(stores, tmp_path, "mallory"), "mails") == []
    archive = await exported(stores, tmp_path, "p1")
    (mail,) = lines(archive, "mails")
    assert archive.read(mail["path"]).endswith(b"Hi")


async def test_many_chats_are_each_in_it_once_and_in_order(database: Database, tmp_path: Path) -> None:
    stores, feed = await set_up(database), Feed()
    for number in range(230):
        feed.talk(f"c{number}", f"text {number}", visitor=f"v{number}")
    await archives(database, feed)
    archive = await exported(stores, tmp_path)
    assert [one["id"] for one in lines(archive, "chats")] == [f"c{number}" for number in range(230)]
    assert len({one["id"] for one in lines(archive, "visitors")}) == len(lines(archive, "visitors")) == 230
    record = await History(database).read_chat("c77")
    assert record is not None
    assert len(lines(archive, "chats")[77]["facts"]) == len(record.facts)


async def test_a_file_that_its_store_has_lost_stops_no_export(database: Database, tmp_path: Path) -> None:
    stores, feed = await set_up(database), Feed()
    feed.talk("one", "Hello")
    await archives(database, feed)
    await has_file(database, tmp_path, "f1", "one", b"pixels")
    await LocalFiles(tmp_path / "files").delete("f1")
    (file,) = lines(await exported(stores, tmp_path), "files")
    assert (file["id"], file["path"]) == ("f1", "")
