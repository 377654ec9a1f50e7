"""Scripts and styles: cached forever under their build's address, and served at no other."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from console.pages.static import BuildFiles, routes
from console.views import assets
from console.views.assets import STATIC, build, static
from console.views.bundles import PAGES, address, bundle, modules
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
    for kept in (build, assets._files, modules, bundle):
        kept.cache_clear()
    yield tmp_path
    for kept in (build, assets._files, modules, bundle):
        kept.cache_clear()


@pytest.mark.parametrize("name", ["page.js", "console/net/socket.js", "tokens.css", "vendor/htmx.min.js", "mark.svg"])
async def test_a_file_of_this_build_is_kept_for_ever(ana: httpx.AsyncClient, name: str) -> None:
    answer = await ana.get(static(name))
    assert answer.content == (STATIC / name).read_bytes()
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(answer.content)
    plain = await ana.get(static(name), headers={"accept-encoding": "identity"})
    assert (plain.content, plain.headers.get("content-encoding")) == (answer.content, None)
    assert plain.headers["vary"] == answer.headers["vary"] == "accept-encoding"


async def test_a_picture_is_sent_as_it_is(ana: httpx.AsyncClient) -> None:
    answer = await ana.get(static("icons/192.png"))
    assert answer.content == (STATIC / "icons/192.png").read_bytes()
    assert "content-encoding" not in answer.headers


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


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_has_its_scripts_in_one_file_that_is_kept_for_ever(ana: httpx.AsyncClient, page: str) -> None:
    answer = await ana.get(address(page))
    assert (answer.content, answer.headers["content-encoding"]) == (bundle(page).plain, "gzip")
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["content-type"].startswith("text/javascript")
    plain = await ana.get(address(page), headers={"accept-encoding": "identity"})
    assert (plain.content, plain.headers.get("content-encoding")) == (answer.content, None)
    again = await ana.get(address(page), headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_another_builds_scripts_are_those_that_are_here_and_are_not_kept(ana: httpx.AsyncClient) -> None:
    answer = await ana.get(f"/static/{OTHER}/bundles/console.js")
    assert answer.content == bundle("console").plain
    assert answer.headers["cache-control"] == "no-cache"


async def test_scripts_that_an_upgrade_replaced_are_not_kept_under_the_old_build(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAGES, "page", ("page.js",))
    ana = browser(Starlette(routes=[Mount("/static", BuildFiles(directory=installed))]))
    address = f"/static/{build()}/bundles/page.js"
    (installed / "page.js").write_text("export const release = 2;\n")
    assert (await ana.get(address)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("method", "name", "status"), [("GET", "nothing", 404), ("POST", "console", 405)])
async def test_no_other_scripts_and_no_other_method(
    ana: httpx.AsyncClient, method: str, name: str, status: int
) -> None:
    assert (await ana.request(method, f"/static/{build()}/bundles/{name}.js")).status_code == status


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        environment().from_string("{{ static('gone.js') }}").render()
