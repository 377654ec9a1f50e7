"""Scripts and styles: cached for ever under their build's address, and served at no other."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from console.pages.static import BuildFiles, routes
from console.views import assets
from console.views.assets import STATIC, build, modules, scripts, static
from console.views.templating import environment

FOR_EVER = "public, max-age=31536000, immutable"
OTHER = "0123456789ab"


def browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://console")


@pytest.fixture
def ana() -> httpx.AsyncClient:
    return browser(Starlette(routes=routes))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A release of one module, as a process finds it when it starts."""
    (tmp_path / "page.js").write_text("export const release = 1;")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    for kept in (build, assets._files):
        kept.cache_clear()
    yield tmp_path
    for kept in (build, assets._files):
        kept.cache_clear()


@pytest.mark.parametrize("name", ["page.js", "console/net/socket.js", "tokens.css", "vendor/htmx.min.js", "mark.svg"])
async def test_a_file_of_this_build_is_kept_for_ever(ana: httpx.AsyncClient, name: str) -> None:
    answer = await ana.get(static(name))
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["cache-control"] == FOR_EVER


async def test_another_builds_address_gives_what_is_here_and_is_not_kept(ana: httpx.AsyncClient) -> None:
    """A page of the release before, or after, asked this process during a rolling deploy."""
    answer = await ana.get(f"/static/{OTHER}/page.js")
    assert answer.content == (STATIC / "page.js").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("address", ["/static/page.js", "/static/page.js?v=anything", f"/static/page.js?v={OTHER}"])
async def test_an_address_without_a_build_is_asked_about_each_time(ana: httpx.AsyncClient, address: str) -> None:
    answer = await ana.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


async def test_unchanged_content_is_not_sent_again(ana: httpx.AsyncClient) -> None:
    first = await ana.get("/static/page.js")
    again = await ana.get("/static/page.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


@pytest.mark.parametrize("name", ["nothing.js", f"{OTHER}/page.js", "../app.py", "console/../../app.py"])
async def test_a_missing_static_file_is_a_404(ana: httpx.AsyncClient, name: str) -> None:
    answer = await ana.get(f"/static/{build()}/{name}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_a_file_that_an_upgrade_replaced_is_not_kept_under_the_old_build(installed: Path) -> None:
    ana = browser(Starlette(routes=[Mount("/static", BuildFiles(directory=installed))]))
    before = build()
    assert (await ana.get(f"/static/{before}/page.js")).headers["cache-control"] == FOR_EVER
    (installed / "page.js").write_text("export const release = 2;")
    os.utime(installed / "page.js", ns=(0, 0))
    answer = await ana.get(f"/static/{before}/page.js")
    assert "release = 2" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_the_build_changes_with_a_script(installed: Path) -> None:
    before = build()
    (installed / "page.js").write_text("export const release = 2;")
    for kept in (build, assets._files):
        kept.cache_clear()
    assert build() != before


def test_a_page_names_all_that_its_script_imports_once() -> None:
    page = scripts("page.js", "board/board.js")
    for name in ("times.js", "console/net/socket.js", "console/shared/storage.js", "board/wall.js"):
        assert page.count(f'<link rel="modulepreload" href="{static(name)}">') == 1
    assert page.index("times.js") < page.index("<script")
    assert modules("console/console.js")[0] == "console/console.js"


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        environment().from_string("{{ static('gone.js') }}").render()
