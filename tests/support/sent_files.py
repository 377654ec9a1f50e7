"""Files as Vera and Ana send them over HTTP, written from docs/files.md, and pictures to send."""

import io
import json
from typing import Any
from urllib.parse import quote

import httpx
from PIL import Image

from console.domain.ids import new_cid
from tests.support.json_clients import Agent, Visitor
from tests.support.server_process import RunningServer

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 400), **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "teal").save(made, kind, **options)
    return made.getvalue()


class Door:
    """The server's uploads and downloads; `token` is a visitor's or a member's."""

    def __init__(self, url: str, token: str, *, site: str = "demo", origin: str = "") -> None:
        self.site = site
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.http = httpx.AsyncClient(base_url=url, headers=headers | {"origin": origin or url}, timeout=30)

    async def uploads(self, name: str, content: bytes, *, chat: str = "", cid: str = "") -> httpx.Response:
        path = f"/console/files/{chat}" if chat else "/widget/files"
        asked = {"site": self.site, "cid": cid or new_cid()}
        headers = {"x-file-name": quote(name), "content-type": "application/octet-stream"}
        return await self.http.post(path, params=asked, content=content, headers=headers)

    async def fetches(self, file: str, *, chat: str = "", what: str = "", **headers: str) -> httpx.Response:
        path = f"/chats/{chat}/files/{file}{what}" if chat else f"/widget/files/{file}{what}"
        return await self.http.get(path, params={"site": self.site}, headers=headers)


async def vera_sends(server: RunningServer, vera: Visitor, name: str, content: bytes) -> dict[str, Any]:
    """Upload a file and send its message; return the file as the upload's response describes it."""
    cid = new_cid()
    door = Door(server.url, vera.token)
    answer = await door.uploads(name, content, cid=cid)
    await door.http.aclose()
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    kind = "say" if vera.chat else "open"
    said = await vera.command(kind, cid=cid, text="", file=sent["ticket"])
    assert said["t"] == "ack", said
    vera.chat = vera.chat or said["chat"]
    return dict(sent["file"])


async def ana_sends(door: Door, ana: Agent, chat: str, name: str, content: bytes, *, read: int) -> dict[str, Any]:
    cid = new_cid()
    answer = await door.uploads(name, content, chat=chat, cid=cid)
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    said = await ana.command("say", cid=cid, chat=chat, text="", read=read, file=sent["ticket"])
    assert said["t"] == "ack", json.dumps(said)
    return dict(sent["file"])
