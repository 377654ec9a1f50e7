"""An unknown address, a wrong method, a bug: a page with a way back for Ana, a short text for scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.app import create_app
from console.config import read_settings
from console.pages import error_pages
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.page_client import an_installation, signed_in_browser


async def breaks(_: Request) -> Response:
    raise RuntimeError("a bug with a secret")


def browser(tmp_path: Path, **headers: str) -> httpx.AsyncClient:
    app = create_app(read_settings({"SESTETTO_DATA": str(tmp_path)}))
    app.router.routes.append(Route("/breaks", breaks))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services


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


@pytest.mark.parametrize("path", ["/static/nothing.css", "/chats/one/two/three", "/settings/nowhere", "/widget.jpg"])
async def test_no_missing_page_is_bare_text_for_a_reader(tmp_path: Path, path: str) -> None:
    async with browser(tmp_path, accept="text/html") as ana:
        page = await ana.get(path)
    assert page.status_code == 404
    assert "There is no page at this address." in page.text


async def test_a_forms_address_that_is_opened_says_what_to_do(tmp_path: Path) -> None:
    async with browser(tmp_path, accept="text/html") as ana:
        page = await ana.get("/settings/queue/support/remove")
    assert (page.status_code, page.headers["allow"]) == (405, "POST")
    assert "Go back and send the form again." in page.text
    async with browser(tmp_path) as script:
        assert (await script.get("/sign-out")).text == "Method Not Allowed"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Something failed on the server."), ("it", "errore sul server")]
)
async def test_a_bug_is_a_page_with_the_number_in_the_log_and_nothing_else(
    tmp_path: Path, language: str, words: str
) -> None:
    async with browser(tmp_path, accept="text/html", **{"accept-language": language}) as ana:
        page = await ana.get("/breaks")
    assert page.status_code == 500
    assert words in page.text
    assert page.headers["x-request-id"] in page.text
    assert "secret" not in page.text
    async with browser(tmp_path) as script:
        assert (await script.get("/breaks")).text == "Internal Server Error"


async def test_a_bug_in_the_page_itself_is_still_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(error_pages, "render", breaks)
    async with browser(tmp_path, accept="text/html") as ana:
        page = await ana.get("/breaks")
    assert (page.status_code, page.text) == (500, "Internal Server Error")


async def test_whoever_is_signed_in_keeps_their_pages_and_language(services: Services) -> None:
    async with signed_in_browser(services, "sam") as sam:
        page = await sam.get("/chatz", headers={"accept": "text/html"})
    assert 'href="/settings"' in page.text
    assert ">Sam</bdi></summary>" in page.text


async def test_an_agent_is_told_that_a_page_is_not_theirs(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        page = await ana.get("/settings/members", headers={"accept": "text/html"})
    assert page.status_code == 403
    assert "Your role does not allow this." in page.text
    assert 'href="/console"' in page.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/console", "/settings/members", "/widget.js", "/static/page.js"])
async def test_no_page_sends_a_request_back(tmp_path: Path, path: str) -> None:
    async with browser(tmp_path) as mallory:
        answer = await mallory.request("TRACE", path, headers={"x-secret": "swordfish"})
    assert answer.status_code == 405
    assert "swordfish" not in answer.text
