"""What makes a console installable: the manifest, the service worker, and the offline page."""

import json
import re
from io import BytesIO

import httpx
from PIL import Image
from starlette.applications import Starlette

from console.pages import installed, static
from console.security import SecurityHeaders
from console.views.assets import build


def browser(**headers: str) -> httpx.AsyncClient:
    app = SecurityHeaders(Starlette(routes=[*installed.routes, *static.routes]))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://chat.example", headers=headers)


async def test_the_manifest_leads_to_icons_of_the_sizes_it_says() -> None:
    async with browser() as anybody:
        response = await anybody.get("/manifest.webmanifest")
        assert response.headers["content-type"] == "application/manifest+json"
        manifest = response.json()
        assert (manifest["start_url"], manifest["display"], manifest["scope"]) == ("/console", "standalone", "/")
        assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
        for icon in manifest["icons"]:
            picture = Image.open(BytesIO((await anybody.get(icon["src"])).content))
            assert "x".join(map(str, picture.size)) == icon["sizes"]
        assert [one["url"] for one in manifest["shortcuts"]] == ["/console", "/board", "/chats"]


async def test_a_maskable_icon_has_no_empty_corner() -> None:
    async with browser() as anybody:
        manifest = (await anybody.get("/manifest.webmanifest")).json()
        [maskable] = [one for one in manifest["icons"] if one["purpose"] == "maskable"]
        picture = Image.open(BytesIO((await anybody.get(maskable["src"])).content)).convert("RGBA")
        assert picture.getpixel((0, 0)) == picture.getpixel((511, 511)) == (29, 92, 136, 255)


async def test_the_manifest_speaks_the_reader_s_language() -> None:
    async with browser(**{"accept-language": "it"}) as anna:
        manifest = (await anna.get("/manifest.webmanifest")).json()
        assert manifest["lang"] == "it"
        assert [one["name"] for one in manifest["shortcuts"]] != ["Console", "Board", "Chats"]


async def test_each_release_has_another_worker_that_no_cache_keeps() -> None:
    async with browser() as anybody:
        response = await anybody.get("/service-worker.js")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/javascript")
    assert build() in response.text


async def test_what_the_worker_keeps_is_there_and_is_all_that_its_page_needs() -> None:
    async with browser() as anybody:
        first = (await anybody.get("/service-worker.js")).text.splitlines()[0]
        known = json.loads(first.removeprefix("self.sestetto = ").removesuffix(";"))
        page = await anybody.get(known["page"])
        assert {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)} == {*known["parts"]}
        for part in (*known["parts"], known["icon"], known["badge"]):
            assert (await anybody.get(part)).status_code == 200
