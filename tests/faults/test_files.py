"""Hostile files, other people's files, and stores and scanners that are down: the chat continues."""

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from console.domain.ids import new_cid
from tests.support.credentials import bearer_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.sent_files import PDF, Door, ana_sends, picture, vera_sends
from tests.support.server_process import RunningServer

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


async def at_work(server: RunningServer, member: str = "ana") -> Agent:
    agent = await Agent.comes(server, member)
    await agent.is_welcome()
    await agent.command("status", status="online")
    return agent


async def in_a_chat(server: RunningServer) -> Visitor:
    """Return a visitor whose chat is or will be with an agent, because Ana is online."""
    await (await at_work(server)).leave()
    vera = await Visitor.comes(server)
    await vera.opens("Look:")
    assert vera.chat
    return vera


def kept(server: RunningServer) -> list[Path]:
    return [path for path in (server.data / "files").rglob("*") if path.is_file()]


async def test_a_file_is_for_its_chat_alone(server: RunningServer) -> None:
    ana = await at_work(server)
    vera = await Visitor.comes(server)
    await vera.opens("Look:")
    await ana.gets(vera.chat)
    shot = await vera_sends(server, vera, "image.png", picture())
    kim = await Visitor.comes(server)
    await kim.opens("Hello")
    await ana.gets(kim.chat)
    bearers = {name: await bearer_of(server, name) for name in ("ana", "ben", "sam", "ada")}
    holder = Door(server.url, bearers["ana"])
    bill = await ana_sends(holder, ana, vera.chat, "bill.pdf", PDF, read=9)
    doors = {name: Door(server.url, token) for name, token in bearers.items()} | {
        "vera": Door(server.url, vera.token),
        "kim": Door(server.url, kim.token),
        "nobody": Door(server.url, ""),
        "forged": Door(server.url, vera.token[:-2] + "xx"),
        "foreign": Door(server.url, vera.token, origin="https://evil.example"),
        "elsewhere": Door(server.url, vera.token, site="other"),
    }
    as_visitor = {"vera": 200, "kim": 404, "foreign": 403, "elsewhere": 404}
    as_member = {"ana": 200, "sam": 200, "ada": 200, "ben": 404}
    missing = await doors["kim"].fetches("a" * 16)
    for name, door in doors.items():
        for file, what in ((shot, ""), (shot, "/preview"), (bill, "")):
            seen = await door.fetches(file["id"], what=what)
            assert seen.status_code == as_visitor.get(name, 401), (name, file, what)
            seen = await door.fetches(file["id"], chat=vera.chat, what=what)
            assert seen.status_code == as_member.get(name, 401), (name, file, what)
        other = await door.fetches(shot["id"], chat=kim.chat)
        assert other.status_code == (404 if name in as_member else 401), name
        sent = await door.uploads("x.pdf", PDF)
        assert sent.status_code == {"vera": 200, "kim": 200, "foreign": 403, "elsewhere": 404}.get(name, 401), name
        sent = await door.uploads("x.pdf", PDF, chat=vera.chat)
        expected = {"ana": 200, "ben": 404, "sam": 404, "ada": 404}
        assert sent.status_code == expected.get(name, 401), name
    hers = await doors["kim"].fetches(shot["id"])
    assert (hers.status_code, hers.content) == (missing.status_code, missing.content), "as if it did not exist"
    assert (await doors["vera"].fetches(bill["id"], what="/preview")).status_code == 404
    assert (await doors["vera"].http.options("/widget/files", params={"site": "demo"})).status_code == 204
    await ana.leave()


async def test_what_is_handed_out_can_do_nothing_and_comes_in_one_part_at_most(server: RunningServer) -> None:
    vera = await in_a_chat(server)
    text = await vera_sends(server, vera, "table.csv", b"<!-- no".replace(b"<", b"[") + b"a;b\n" * 100)
    shot = await vera_sends(server, vera, 'sh"o;t.png', picture())
    door = Door(server.url, vera.token)
    for file, how in ((text, "attachment"), (shot, "inline")):
        found = await door.fetches(file["id"])
        assert found.headers["content-disposition"].startswith(f"{how}; filename=")
        assert found.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["cache-control"] == "private, max-age=300"
        assert found.headers["cross-origin-resource-policy"] == "cross-origin"
        assert found.headers["access-control-allow-origin"] == server.url
    whole = (await door.fetches(text["id"])).content
    size = len(whole)
    for asked, status, content in (
        ("bytes=0-3", 206, whole[:4]),
        ("bytes=-4", 206, whole[-4:]),
        (f"bytes={size - 2}-999999999", 206, whole[-2:]),
        (f"bytes={size}-", 416, b""),
        ("bytes=9-3", 416, b""),
        ("bytes=0-1,3-4,5-6", 200, whole),
        ("lines=1-2", 200, whole),
    ):
        part = await door.fetches(text["id"], range=asked)
        assert (part.status_code, part.content) == (status, content), asked


async def test_a_command_brings_one_file_and_a_ticket_one_message(server: RunningServer) -> None:
    vera, kim = await in_a_chat(server), await in_a_chat(server)
    door, cid = Door(server.url, vera.token), new_cid()
    first, second = await asyncio.gather(*(door.uploads("bill.pdf", PDF, cid=cid) for _ in range(2)))
    again = await door.uploads("bill.pdf", PDF, cid=cid)
    assert len({answer.json()["file"]["id"] for answer in (first, second, again)}) == 1
    ticket = again.json()["ticket"]
    said = await vera.command("say", cid=cid, text="", file=ticket)
    resent = await vera.command("say", cid=cid, text="", file=first.json()["ticket"])
    assert (resent["t"], resent["seq"]) == ("ack", said["seq"])
    for who, how in (
        (vera, {"cid": new_cid(), "file": ticket}),
        (kim, {"cid": cid, "file": ticket}),
        (vera, {"cid": cid, "file": ticket[:-3] + "abc"}),
        (vera, {"cid": new_cid(), "file": "x" * 2_000}),
    ):
        refused = await who.command("say", text="", **how)
        assert (refused["t"], refused["code"]) == ("nack", "bad_file")
    assert vera.texts().count("bill.pdf") == 1
    await eventually(lambda: len(kept(server)) == 1, "only one file to be kept")


async def test_uploads_that_are_too_large_empty_endless_or_cut_leave_nothing(server: RunningServer) -> None:
    vera = await in_a_chat(server)
    door = Door(server.url, vera.token)
    assert (await door.uploads("a.pdf", b"")).json()["code"] == "file_empty"
    assert (await door.uploads("a.pdf", PDF + b" " * 10_000_000)).json()["code"] == "file_too_large"
    assert (await door.uploads("a.svg", b"<svg onload=alert(1)>")).json()["code"] == "file_type"
    assert (await door.uploads("a.pdf", PDF, cid="short")).status_code == 400

    async def endless() -> object:
        yield b"x"

    chunked = await door.http.post("/widget/files", params={"site": "demo", "cid": new_cid()}, content=endless())  # type: ignore[arg-type]
    assert chunked.status_code == 400
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="%d"\r\n\r\n1\r\n' % n for n in range(10_000))
    multipart = await door.uploads("a.png", parts + b"--x--\r\n")
    assert (multipart.status_code, kept(server)) == (200, kept(server)), "a form is a text as any other"
    assert multipart.json()["file"]["type"] == "text/plain"
    held = len(kept(server))
    head = (
        f"POST /widget/files?site=demo&cid={new_cid()} HTTP/1.1\r\nHost: x\r\nOrigin: {server.url}\r\n"
        f"Authorization: Bearer {vera.token}\r\nContent-Length: 100000\r\n\r\n%PDF-"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode())
    await eventually(lambda: len(kept(server)) == held + 1, "the upload to begin")
    writer.close()
    await eventually(lambda: len(kept(server)) == held, "what was cut to be gone")


async def test_a_visitor_may_send_so_many_files_a_day(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(visitor_files="2")
    vera = await Visitor.comes(server)
    door = Door(server.url, vera.token)
    answers = [await door.uploads("a.pdf", PDF) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_files"
    other = await Visitor.comes(server)
    assert (await Door(server.url, other.token).uploads("a.pdf", PDF)).status_code == 200


@pytest.mark.parametrize("full", [True, False])
async def test_a_store_of_files_that_is_full_or_away_holds_up_no_chat(
    start_server: Callable[..., RunningServer], full: bool
) -> None:
    server = start_server(files_reserve="1000000000" if full else "1")
    if not full:
        (server.data / "files").write_text("in the way")
    vera = await in_a_chat(server)
    refused = await Door(server.url, vera.token).uploads("a.pdf", PDF)
    assert (refused.status_code, refused.json()["code"], refused.json()["final"]) == (503, "files_away", False)
    assert "messages can" in refused.json()["message"]
    assert (await vera.says("I write it then."))["t"] == "ack"


def scanner_of(folder: Path) -> Path:
    """Write a scanner as an operator would set it: it reports clean or infected, or fails while it is being updated."""
    program = folder / "scan"
    program.write_text(f'#!/bin/sh\n[ -e "{folder}/updating" ] && exit 2\ngrep -q EICAR "$1" && exit 1\nexit 0\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


async def test_a_scanner_refuses_and_a_dead_one_holds_the_file_but_not_the_chat(
    start_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    server = start_server(file_scanner=f"exec://{scanner_of(tmp_path)}")
    vera = await in_a_chat(server)
    door, cid = Door(server.url, vera.token), new_cid()
    for _ in range(2):
        refused = await door.uploads("virus.txt", EICAR, cid=cid)
        assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
    assert kept(server) == []
    clean = await vera_sends(server, vera, "note.txt", b"harmless\n")
    assert (await door.fetches(clean["id"])).status_code == 200
    (tmp_path / "updating").touch()
    good = await vera_sends(server, vera, "good.txt", b"harmless too\n")
    bad = await vera_sends(server, vera, "bad.txt", EICAR)
    assert good["pending"] is bad["pending"] is True
    held = await door.fetches(good["id"])
    assert (held.status_code, json.loads(held.content)) == (409, {"state": "pending"})
    (tmp_path / "updating").unlink()
    await eventually(lambda: _has(door, good["id"], 200), "the file to be let through")
    await eventually(lambda: _is(door, bad["id"], "refused"), "the virus to be refused")
    assert not [path for path in kept(server) if bad["id"] in path.name]


async def _has(door: Door, file: str, status: int) -> bool:
    return (await door.fetches(file)).status_code == status


async def _is(door: Door, file: str, state: str) -> bool:
    answer: httpx.Response = await door.fetches(file)
    return answer.status_code == 409 and answer.json()["state"] == state
