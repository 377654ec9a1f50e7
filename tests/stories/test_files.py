"""Vera pastes a screenshot, Ana answers with a PDF; when the chat is erased both are gone from the disk."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tests.support.bucket import Bucket
from tests.support.credentials import bearer_of, sign_in_link
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.page_client import fields_of
from tests.support.returning import is_filed
from tests.support.sent_files import PDF, Door, ana_sends, picture, vera_sends
from tests.support.server_process import RunningServer


def kept(server: RunningServer) -> list[Path]:
    return [path for path in (server.data / "files").rglob("*") if path.is_file()]


async def test_a_screenshot_is_answered_with_a_pdf_and_both_are_erased_with_the_chat(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("status", status="online")
    desk = Door(server.url, await bearer_of(server, "ana"))
    vera = await Visitor.comes(server)
    await vera.opens("Look:")
    shot = await vera_sends(server, vera, "image.png", picture())
    assert (shot["name"], shot["type"], shot["width"], shot["height"]) == ("image.png", "image/png", 640, 400)
    await ana.gets(vera.chat)
    seen = await ana.hears(lambda frame: frame.get("fact", {}).get("file", {}).get("id") == shot["id"])
    assert seen["fact"]["text"] == "image.png"
    shown = await desk.fetches(shot["id"], chat=vera.chat, what="/preview")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    bill = await ana_sends(desk, ana, vera.chat, "Bill March.pdf", PDF, read=seen["fact"]["seq"])
    told = await vera.reads("Bill March.pdf")
    assert told["file"] == bill
    answered = await ana.hears(lambda frame: frame.get("fact", {}).get("file", {}).get("id") == bill["id"])
    assert answered["fact"]["turn"], "a file answers as a text does"
    door = Door(server.url, vera.token)
    fetched = await door.fetches(bill["id"])
    assert fetched.content == PDF
    assert fetched.headers["content-disposition"].startswith('attachment; filename="Bill March.pdf"')
    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await is_filed(server, vera.chat)
    assert len(kept(server)) == 3, "two files and a preview"
    await erased(server, vera.chat)
    await eventually(lambda: not kept(server), "both files to be gone from the disk")
    assert (await door.fetches(bill["id"])).status_code == 404
    assert (await desk.fetches(shot["id"], chat=vera.chat)).status_code == 404
    await ana.leave()


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    async with Bucket() as service:
        yield service


async def test_files_in_a_bucket_are_read_and_erased_there_and_its_absence_holds_up_no_word(
    start_server: Callable[..., RunningServer], bucket: Bucket
) -> None:
    server = start_server(**bucket.settings)
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    await ana.command("status", status="online")
    vera = await Visitor.comes(server)
    await vera.opens("Look:")
    await ana.gets(vera.chat)
    shot = await vera_sends(server, vera, "image.png", picture())
    bill = await vera_sends(server, vera, "Bill March.pdf", PDF)
    keys = await bucket.keys()
    assert len(keys) == 3, "two files and a preview"
    assert all(key.startswith("shop/") for key in keys)
    assert not kept(server)
    desk, door = Door(server.url, await bearer_of(server, "ana")), Door(server.url, vera.token)
    assert (await desk.fetches(bill["id"], chat=vera.chat)).content == PDF
    for first, last in ((0, 3), (5, 9), (5, len(PDF) - 1)):
        part = await desk.fetches(bill["id"], chat=vera.chat, range=f"bytes={first}-{last}")
        assert (part.status_code, part.content) == (206, PDF[first : last + 1])
    assert (await desk.fetches(shot["id"], chat=vera.chat, what="/preview")).status_code == 200

    bucket.network.cut()
    refused = await door.uploads("late.pdf", PDF)
    assert (refused.status_code, refused.json()["code"]) == (503, "files_away")
    assert (await desk.fetches(bill["id"], chat=vera.chat)).status_code == 503
    assert (await vera.says("Can you see it?"))["t"] == "ack", "words wait for no bucket"
    await ana.reads("Can you see it?")
    bucket.network.heal()
    await vera_sends(server, vera, "late.pdf", PDF)
    assert (await desk.fetches(bill["id"], chat=vera.chat)).content == PDF

    await vera.command("end")
    await ana.wraps_up(vera.chat)
    await is_filed(server, vera.chat)
    await erased(server, vera.chat)

    async def is_empty() -> bool:
        return not await bucket.keys()

    await eventually(is_empty, "all files to be gone from the bucket")
    await ana.leave()


async def erased(server: RunningServer, chat: str) -> None:
    """Ada erases it on its page."""
    async with httpx.AsyncClient(base_url=server.url, follow_redirects=True, headers={"origin": server.url}) as ada:
        door = await ada.get(await sign_in_link(server, "ada"))
        await ada.post(str(door.url), data=fields_of(door))
        page = await ada.get(f"/chats/{chat}")
        form = {"csrf": fields_of(page)["csrf"], "what": "chat", "sure": "on"}
        done = await ada.post(f"/chats/{chat}/erase", data=form)
        assert done.status_code == 200
