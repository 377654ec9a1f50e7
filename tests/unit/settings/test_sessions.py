"""Ana sees where she is signed in, and ends other sessions."""

import re
from pathlib import Path

import httpx
import pytest

import console
from console.archive.audit import AuditFilter
from console.pages.guard import COOKIE
from console.services import Services
from tests.support.page_client import signed_in_browser
from tests.unit.settings.forms import posted, saved

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
TEMPLATES = Path(console.__file__).parent / "templates"
OTHER = re.compile(r'name="session" value="([^"]+)"')


async def test_ana_sees_her_browsers_and_ends_one(services: Services, ana: httpx.AsyncClient) -> None:
    async with signed_in_browser(services, **{"user-agent": FIREFOX}) as other:
        page = (await ana.get("/settings/sessions")).text
        assert page.count("this one") == 1
        assert "Firefox 141 · Linux" in page
        [session] = OTHER.findall(page)
        assert "Session ended." in await saved(ana, "/settings/sessions", session=session)
        assert (await other.get("/chats")).status_code == 303
    assert (await ana.get("/chats")).status_code == 200
    assert OTHER.findall((await ana.get("/settings/sessions")).text) == []
    line = (await services.stores.audit.read(AuditFilter("changes")))[0]
    assert (line.what, line.member, line.address) == ("Session ended", "ana", "203.0.113.7")


async def test_ana_ends_all_but_this_one(services: Services, ana: httpx.AsyncClient) -> None:
    async with signed_in_browser(services) as first, signed_in_browser(services) as second:
        await saved(ana, "/settings/sessions")
        assert [(await one.get("/chats")).status_code for one in (first, second, ana)] == [303, 303, 200]


async def test_nobody_ends_somebody_elses(services: Services, ana: httpx.AsyncClient, sam: httpx.AsyncClient) -> None:
    me = await services.stores.sessions.holder(sam.cookies[COOKIE])
    assert me is not None
    async with signed_in_browser(services):
        assert (await posted(ana, "/settings/sessions", session=me.session)).status_code == 404
    assert me.session not in (await ana.get("/settings/sessions")).text
    assert (await sam.get("/chats")).status_code == 200


async def test_the_live_state_hears_first(
    services: Services, ana: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    revoke, end = services.workspace.revoke, services.stores.sessions.end

    async def live(agent: str, session: str) -> None:
        steps.append(f"live {agent}")
        await revoke(agent, session)

    async def sql(*given: object) -> None:
        steps.append("sql")
        await end(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(services.workspace, "revoke", live)
    monkeypatch.setattr(services.stores.sessions, "end", sql)
    async with signed_in_browser(services):
        [session] = OTHER.findall((await ana.get("/settings/sessions")).text)
        await saved(ana, "/settings/sessions", session=session)
    assert steps == ["live ana", "sql", "live ana"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_every_button_has_a_look(path: Path) -> None:
    buttons = re.findall(r"<button\b[^>]*>", path.read_text(encoding="utf-8"))
    assert [one for one in buttons if "class=" not in one] == []
