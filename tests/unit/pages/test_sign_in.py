"""Signing in and out: only members, only from our own pages, and no access from the moment of signing out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.requests import HTTPConnection

from console.app import create_app
from console.archive.database import sqlite_url
from console.archive.tables import one_clicks, sessions
from console.authentication import authenticate
from console.config import read_settings
from console.errors import Unknown
from console.pages.guard import COOKIE
from console.security.cookies import DEVICE, DeviceTokens
from console.services import Services
from tests.support.archive_feed import quick_passwords, rows
from tests.support.page_client import (
    ORIGIN,
    PASSWORD,
    an_installation,
    browser_of,
    fields_of,
    sign_in_with,
    signed_in_browser,
)

LOCAL = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_passwords(monkeypatch)


@pytest.fixture
async def services(tmp_path: Path, store_url: str, workspace_name: str) -> AsyncIterator[Services]:
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services


@pytest.fixture
async def demo(services: Services) -> Services:
    services.demo = True
    return services


async def ana_from(services: Services, **scope: Any) -> bool:
    """Whether the connection is Ana's."""
    cookies = scope.pop("cookie", "")
    headers = [(b"host", b"chat.example"), (b"cookie", f"{COOKIE}={cookies}".encode()), *scope.pop("headers", [])]
    app = browser_of(services)._transport.app.app.app  # type: ignore[attr-defined]
    base = {"type": "http", "scheme": "http", "path": "/", "query_string": b"", "server": ("chat.example", 80)}
    me = await authenticate(HTTPConnection({**base, "headers": headers, "app": app, **scope}))
    return me is not None and me.member.id == "ana"


async def test_the_address_without_a_page_leads_to_the_sign_in(tmp_path: Path) -> None:
    app = create_app(read_settings({}, store="redis://127.0.0.1:1", database=sqlite_url(tmp_path), secret="s" * 32))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://chat.example") as browser:
        answer = await browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


# --- in ------------------------------------------------------------------------------------------


async def test_ana_signs_in_and_lands_on_her_console(services: Services) -> None:
    async with browser_of(services) as browser:
        answer = await sign_in_with(browser, "ana@example.com", PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert (await browser.get("/chats")).status_code == 200


async def test_the_session_cookie_is_out_of_scripts_reach(services: Services) -> None:
    async with browser_of(services) as browser:
        cookie = (await sign_in_with(browser, "ana@example.com", PASSWORD)).headers["set-cookie"]
    assert all(part in cookie for part in (f"{COOKIE}=", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in cookie


async def test_over_https_the_cookie_stays_on_https(services: Services) -> None:
    async with browser_of(services, origin="https://chat.example") as browser:
        assert "Secure" in (await sign_in_with(browser, "ana@example.com", PASSWORD)).headers["set-cookie"]


async def test_whoever_is_signed_in_goes_on_at_once(services: Services) -> None:
    async with signed_in_browser(services) as browser:
        answer = await browser.get("/sign-in?next=/chats%3Fkind%3Dleft")
        assert (answer.status_code, answer.headers["location"]) == (303, "/chats?kind=left")


async def test_a_page_that_needs_ana_sends_her_to_sign_in_and_back(services: Services) -> None:
    async with browser_of(services) as browser:
        asked = await browser.get("/chats?kind=left&text=a%26b")
        assert asked.headers["location"] == "/sign-in?next=%2Fchats%3Fkind%3Dleft%26text%3Da%2526b"
        form = await browser.get(asked.headers["location"])
        assert 'value="/chats?kind=left&amp;text=a%26b"' in form.text


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]
)
async def test_signing_in_leads_to_no_other_site(services: Services, onward: str) -> None:
    async with browser_of(services) as browser:
        assert "evil" not in (await browser.get(f"/sign-in?next={quote(onward)}")).text
        answer = await sign_in_with(browser, "ana@example.com", PASSWORD, onward=onward)
        assert answer.headers["location"] == "/console"
        assert (await browser.get(f"/sign-in?next={quote(onward)}")).headers["location"] == "/console"


@pytest.mark.parametrize(("email", "password"), [("ana@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
async def test_wrong_and_unknown_look_the_same(services: Services, email: str, password: str) -> None:
    async with browser_of(services) as browser:
        answer = await sign_in_with(browser, email, password)
    assert (answer.status_code, COOKIE in answer.cookies) == (401, False)
    assert "Wrong e-mail or password." in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text.replace(email, "")


async def test_guessing_is_slowed_and_says_when_to_come_back(services: Services) -> None:
    async with browser_of(services) as browser:
        answers = [await sign_in_with(browser, "ana@example.com", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "60"


async def test_a_new_sign_in_ends_the_browsers_former_session(services: Services) -> None:
    async with signed_in_browser(services) as ana, browser_of(services) as shared:
        former = ana.cookies[COOKIE]
        data = {**fields_of(await shared.get("/sign-in")), "email": "sam@example.com", "password": PASSWORD}
        shared.cookies.set(COOKIE, former)
        assert (await shared.post("/sign-in", data=data)).status_code == 303
    assert not await ana_from(services, cookie=former)


async def test_ana_s_browser_comes_in_while_strangers_lock_her_account(services: Services) -> None:
    async with signed_in_browser(services, client="192.0.2.1") as ana, browser_of(services) as stranger:
        for _ in range(8):
            answer = await sign_in_with(stranger, "ana@example.com", "guess")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        await ana.post("/sign-out", data=fields_of(await ana.get("/chats")))
        ana._transport.client = ("198.51.100.9", 1)  # type: ignore[attr-defined]
        device = ana.cookies[DEVICE]
        assert "ana" not in device
        assert (await sign_in_with(ana, "ana@example.com", PASSWORD)).status_code == 303
        ana.cookies.delete(COOKIE)
        ana.cookies.set(DEVICE, device[:-2] + "xx", domain="chat.example", path="/")
        ana._transport.client = ("198.51.100.10", 1)  # type: ignore[attr-defined]
        assert (await sign_in_with(ana, "ana@example.com", PASSWORD)).status_code == 429


async def test_a_device_vouches_for_the_accounts_it_has_signed_in_to() -> None:
    tokens = DeviceTokens("s" * 32)
    token = tokens.sign("", "ana@example.com")
    both = tokens.sign(token, "ben@example.com")
    assert tokens.device(token, "ana@example.com") == tokens.device(both, "ben@example.com") != ""
    assert tokens.device(token, "ben@example.com") == ""
    assert DeviceTokens("t" * 32).device(token, "ana@example.com") == ""
    for number in range(20):
        both = tokens.sign(both, f"user{number}@example.com")
    assert tokens.device(both, "ana@example.com") == ""
    assert len(both) < 400


async def test_over_https_nobody_else_can_set_the_cookies(services: Services) -> None:
    async with browser_of(services, origin="https://chat.example") as browser:
        answer = await sign_in_with(browser, "ana@example.com", PASSWORD)
        names = [cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")]
        assert names == ["__Host-sestetto_session", "__Host-sestetto_form", "__Host-sestetto_device"]
        assert all("Path=/;" in f"{cookie};" and "Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
        assert (await browser.get("/chats")).status_code == 200
        value = browser.cookies["__Host-sestetto_session"]
    async with browser_of(services, origin="https://chat.example") as tossed:
        tossed.cookies.set(COOKIE, value)
        assert (await tossed.get("/chats")).status_code == 303


async def test_with_an_origin_in_the_settings_host_is_not_believed(services: Services) -> None:
    services.settings = replace(services.settings, origin="https://chat.example")
    async with browser_of(services, origin="https://evil.example") as browser:
        answer = await sign_in_with(browser, "ana@example.com", PASSWORD)
        assert answer.status_code == 403
    async with browser_of(services, origin="https://chat.example") as browser:
        assert (await sign_in_with(browser, "ana@example.com", PASSWORD)).status_code == 303


async def test_markup_typed_as_an_address_is_shown_as_text(services: Services) -> None:
    nasty = '"><script>alert(1)</script>{{7*7}}'
    async with browser_of(services) as browser:
        answer = await sign_in_with(browser, nasty, "wrong")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "{{7*7}}" in answer.text


async def test_the_form_speaks_italian_to_italians(services: Services) -> None:
    async with browser_of(services, **{"accept-language": "it"}) as browser:
        answer = await sign_in_with(browser, "ana@example.com", "wrong")
    assert "E-mail o password errata." in answer.text


async def test_a_database_away_is_said_and_passes(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise Unknown("The database cannot be used just now: secret path")

    async with browser_of(services) as browser:
        monkeypatch.setattr(services.stores.sessions, "prove", away)
        answer = await sign_in_with(browser, "ana@example.com", PASSWORD)
    assert answer.status_code == 503
    assert "Try again in a moment" in answer.text
    assert "secret path" not in answer.text


# --- forms -----------------------------------------------------------------------------------------


async def posted(browser: httpx.AsyncClient, path: str, data: dict[str, str], **headers: str) -> int:
    return (await browser.post(path, data=data, headers=headers)).status_code


async def test_a_form_without_its_token_does_nothing(services: Services) -> None:
    right = {"email": "ana@example.com", "password": PASSWORD}
    async with browser_of(services) as browser:
        assert await posted(browser, "/sign-in", right) == 403
        await browser.get("/sign-in")
        assert await posted(browser, "/sign-in", right) == 403
        assert await posted(browser, "/sign-in", {**right, "csrf": "0" * 64}) == 403
        assert await posted(browser, "/sign-in", {**right, "csrf": ""}) == 403
    assert await rows(services.database, sessions) == []


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://chat.example.evil", "http://chat.example:81"]
)
async def test_a_form_from_another_origin_does_nothing(services: Services, origin: str) -> None:
    async with browser_of(services) as browser:
        data = {**fields_of(await browser.get("/sign-in")), "email": "ana@example.com", "password": PASSWORD}
        assert await posted(browser, "/sign-in", data, origin=origin) == 403
    async with signed_in_browser(services) as browser:
        data = fields_of(await browser.get("/chats"))
        assert await posted(browser, "/sign-out", data, origin=origin) == 403
        assert (await browser.get("/chats")).status_code == 200


async def test_another_sessions_form_token_does_nothing(services: Services) -> None:
    async with signed_in_browser(services, "sam") as sam, signed_in_browser(services) as ana:
        data = fields_of(await sam.get("/chats"))
        assert await posted(ana, "/sign-out", data) == 403
        assert (await ana.get("/chats")).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"x=" + b"y" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"x=1" for _ in range(10_000)), "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"csrf=%ff", "application/x-www-form-urlencoded"),
        (
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n1\r\n' * 10_000,
            "multipart/form-data; boundary=x",
        ),
        (b'{"csrf": "x"}', "application/json"),
        (b"", ""),
    ],
    ids=["large", "many", "binary", "bad", "multipart", "json", "none"],
)
async def test_what_is_no_small_form_is_refused(services: Services, body: bytes, kind: str) -> None:
    async with browser_of(services) as browser:
        await browser.get("/sign-in")
        answer = await browser.post("/sign-in", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


# --- out -----------------------------------------------------------------------------------------


async def test_signing_out_ends_the_session_live_first(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    revoke, sign_out = services.workspace.revoke, services.stores.sessions.sign_out

    async def live(agent: str, session: str) -> None:
        steps.append(f"live {agent}")
        await revoke(agent, session)

    async def sql(session: str) -> None:
        steps.append("sql")
        await sign_out(session)

    monkeypatch.setattr(services.workspace, "revoke", live)
    monkeypatch.setattr(services.stores.sessions, "sign_out", sql)
    async with signed_in_browser(services) as browser:
        cookie = browser.cookies[COOKIE]
        answer = await browser.post("/sign-out", data=fields_of(await browser.get("/chats")))
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert (await browser.get("/chats")).status_code == 303
    assert steps == ["live ana", "sql", "live ana"], "and once more, for whoever came back in between"
    assert not await ana_from(services, cookie=cookie)


async def test_nobody_can_be_signed_out_by_a_link(services: Services) -> None:
    async with signed_in_browser(services) as browser:
        assert (await browser.get("/sign-out")).status_code == 405
        assert (await browser.get("/chats")).status_code == 200


async def test_a_disabled_member_is_out_of_the_pages(services: Services) -> None:
    async with signed_in_browser(services) as browser:
        await services.stores.members.disable("ana")
        assert (await browser.get("/chats")).status_code == 303


async def test_pages_of_members_are_kept_by_no_cache(services: Services) -> None:
    async with signed_in_browser(services) as browser:
        for path in ("/chats", "/chats/nothing", "/sign-in"):
            assert (await browser.get(path)).headers["cache-control"] == "no-store"


# --- who -------------------------------------------------------------------------------------------


async def test_a_cookie_counts_on_a_socket_from_our_own_origin_only(services: Services) -> None:
    async with signed_in_browser(services) as browser:
        cookie = browser.cookies[COOKIE]
    socket = {"type": "websocket", "scheme": "ws", "cookie": cookie}
    assert await ana_from(services, **socket, headers=[(b"origin", ORIGIN.encode())])
    for origin in (b"https://chat.example", b"http://evil.example", b"null"):
        assert not await ana_from(services, **socket, headers=[(b"origin", origin)])
    assert not await ana_from(services, **socket)


async def test_a_bearer_token_counts_on_pages_and_sockets_but_posts_nothing(services: Services) -> None:
    bearer = await services.stores.tokens.add("ana", "bot")
    headers = [(b"authorization", f"Bearer {bearer}".encode())]
    assert await ana_from(services, headers=headers)
    assert await ana_from(services, type="websocket", scheme="ws", headers=headers)
    async with browser_of(services, authorization=f"Bearer {bearer}") as bot:
        assert (await bot.get("/chats")).status_code == 200
        assert (await bot.post("/sign-out", data={"csrf": ""})).status_code == 403


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer sst_x", "Basic YTpi", "bearer " + "x" * 9_000])
async def test_a_made_up_authorization_is_nobody(services: Services, value: str) -> None:
    assert not await ana_from(services, headers=[(b"authorization", value.encode())])


# --- the demo's links --------------------------------------------------------------------------------


async def test_a_supervisor_s_demo_link_leads_to_the_board(demo: Services) -> None:
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('sam')}"
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        form = await browser.get(link)
        assert (await browser.post(link, data=fields_of(form))).headers["location"] == "/board"


async def test_an_admin_s_demo_link_leads_to_the_settings(demo: Services) -> None:
    await demo.stores.members.add(
        id="ada", email="ada@example.com", name="Ada", password="", role="admin", queues=("support",)
    )
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('ada')}"
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        form = await browser.get(link)
        assert (await browser.post(link, data=fields_of(form))).headers["location"] == "/settings"


async def test_a_demo_link_signs_in_with_one_click(demo: Services) -> None:
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('ana')}"
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        page = await browser.get(link)
        assert "Continue as Ana" in page.text
        assert "continue.js" in page.text
        answer = await browser.post(link, data=fields_of(page))
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert (await browser.get("/chats")).status_code == 200


async def test_a_link_with_its_key_leads_to_the_same_page(demo: Services) -> None:
    key = await demo.stores.one_clicks.add("ana")
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        assert (await browser.get(f"/sign-in?key={key}")).headers["location"] == f"/sign-in/demo/{key}"
        assert (await browser.get("/sign-in?key=//evil")).headers["location"] == "/sign-in/demo/%2F%2Fevil"


async def test_looking_at_a_demo_link_changes_nothing(demo: Services) -> None:
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('ana')}"
    before = await rows(demo.database, one_clicks)
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        await browser.get(link)
    assert await rows(demo.database, one_clicks) == before
    assert await rows(demo.database, sessions) == []


@pytest.mark.parametrize(
    ("origin", "client"),
    [(LOCAL, "203.0.113.7"), ("http://chat.example", "127.0.0.1"), ("http://127.0.0.1.evil.example", "127.0.0.1")],
)
async def test_a_demo_link_works_on_its_own_machine_only(demo: Services, origin: str, client: str) -> None:
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('ana')}"
    async with browser_of(demo, origin=origin, client=client) as browser:
        assert (await browser.get(link)).status_code == 404
        data = fields_of(await browser.get("/sign-in"))
        assert await posted(browser, link, data) == 404
    assert await rows(demo.database, sessions) == []


async def test_without_the_demo_no_link_works(services: Services) -> None:
    link = f"/sign-in/demo/{await services.stores.one_clicks.add('ana')}"
    async with browser_of(services, origin=LOCAL, client="127.0.0.1") as browser:
        assert (await browser.get(link)).status_code == 404
        assert await posted(browser, link, fields_of(await browser.get("/sign-in"))) == 404


async def test_a_demo_link_needs_its_form(demo: Services) -> None:
    link = f"/sign-in/demo/{await demo.stores.one_clicks.add('ana')}"
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        assert await posted(browser, link, {"csrf": ""}) == 403
        assert await posted(browser, link, fields_of(await browser.get(link)), origin="http://evil.example") == 403


async def test_a_stale_demo_link_says_how_to_get_another(demo: Services) -> None:
    async with browser_of(demo, origin=LOCAL, client="127.0.0.1") as browser:
        answer = await browser.get("/sign-in/demo/made-up")
    assert answer.status_code == 404
    assert "Restart the demo" in answer.text
