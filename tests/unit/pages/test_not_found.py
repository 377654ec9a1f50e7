"""An address without a page: a page that leads on for Ana, a plain word for scripts."""

from pathlib import Path

import httpx
import pytest

from console.app import create_app
from console.config import read_settings


def browser(tmp_path: Path, **headers: str) -> httpx.AsyncClient:
    app = create_app(read_settings({"SESTETTO_DATA": str(tmp_path)}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000", headers=headers)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "There is no page at this address."), ("it", "A questo indirizzo non c'è nessuna pagina.")],
)
async def test_a_mistyped_address_is_a_page_in_the_readers_language(tmp_path: Path, language: str, words: str) -> None:
    async with browser(tmp_path, accept="text/html", **{"accept-language": language}) as ana:
        page = await ana.get("/chatz")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert words in page.text.replace("&#39;", "'")
    assert 'href="/console"' in page.text


async def test_a_script_gets_a_word(tmp_path: Path) -> None:
    async with browser(tmp_path, accept="application/json") as script:
        answer = await script.get("/static/nothing.js/more")
    assert (answer.status_code, answer.text) == (404, "Not Found")
