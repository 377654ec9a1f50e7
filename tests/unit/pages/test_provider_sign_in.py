"""Attacks on the redirects to a provider and back: used, planted and foreign answers, other pages, dead providers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from msgspec.structs import replace

from console.authentication import COOKIE
from console.domain.identity_providers import Provider
from console.identity.providers import OpenId
from console.pages.provider_sign_in import FLOW_COOKIE, MOST_FLOWS
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import is_in
from tests.support.forged_provider import ForgedProvider, forged_provider
from tests.support.page_client import an_installation, browser_of, signed_in_browser

WITH = "/sign-in/with/lana"
OVER = "This sign-in has expired or was started elsewhere. Start again."
TROUBLE = "This way of signing in is not working right now."


@pytest.fixture
def forged() -> Iterator[ForgedProvider]:
    with forged_provider() as provider:
        yield provider


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch, forged: ForgedProvider
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        services.openid = OpenId(("127.0.0.1",))
        provider = Provider("lana", "Lana", forged.issuer, "sestetto", create=True, default_role="agent")
        await services.stores.providers.put(provider)
        await services.stores.providers.put(replace(provider, id="other", name="Other", client_id="another"))
        forged.claims = {"email": "vera@lana.example", "name": "Vera"}
        yield services
        await services.openid.close()


async def leave(browser: httpx.AsyncClient, forged: ForgedProvider, path: str = WITH, **query: str) -> dict[str, str]:
    """Go to the provider, which makes a token for this sign-in; return what it sends the browser back with."""
    there = await browser.get(path, params=query)
    assert there.status_code == 303, there.text
    asked = {name: value[0] for name, value in parse_qs(urlsplit(there.headers["location"]).query).items()}
    forged.claims["nonce"] = asked["nonce"]
    return {"code": "c", "state": asked["state"]}


async def back(browser: httpx.AsyncClient, answer: dict[str, str], path: str = WITH) -> httpx.Response:
    return await browser.get(f"{path}/callback", params=answer)


async def test_an_answer_is_good_once(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as browser:
        answer = await leave(browser, forged)
        cookies = dict(browser.cookies)
        assert (await back(browser, answer)).status_code == 303
        assert await is_in(browser)
    async with browser_of(services) as again:
        again.cookies.update({name: value for name, value in cookies.items() if name.startswith(FLOW_COOKIE)})
        assert OVER in (await back(again, answer)).text
        assert not await is_in(again)


async def test_an_answer_of_another_browser_is_refused(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as mallory, browser_of(services) as ana:
        planted = await leave(mallory, forged)
        own = await leave(ana, forged)
        for answer in (planted, {**own, "state": planted["state"]}, {"code": "c"}, {**own, "state": own["state"][:8]}):
            assert OVER in (await back(ana, answer)).text
        assert not await is_in(ana)
        assert forged.asked["/token"] == 0


@pytest.mark.parametrize("state", [";", '" x', "\u00e9", "=a", "\n"])
async def test_an_answer_with_a_state_that_no_cookie_can_have_is_over(services: Services, state: str) -> None:
    async with browser_of(services) as browser:
        answer = await browser.get(f"{WITH}/callback", params={"state": state, "code": "c"})
        assert (answer.status_code, OVER in answer.text) == (400, True)


async def test_an_answer_of_one_provider_is_none_of_another(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as browser:
        answer = await leave(browser, forged)
        assert OVER in (await back(browser, answer, "/sign-in/with/other")).text
        assert not await is_in(browser)


async def test_a_token_of_another_sign_in_of_the_same_browser_is_refused(
    services: Services, forged: ForgedProvider
) -> None:
    async with browser_of(services) as browser:
        first = await leave(browser, forged)
        await leave(browser, forged)
        assert TROUBLE in (await back(browser, first)).text
        assert not await is_in(browser)


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_way_back_leads_to_no_other_site(services: Services, forged: ForgedProvider, onward: str) -> None:
    async with browser_of(services) as browser:
        answer = await leave(browser, forged, next=onward)
        assert (await back(browser, answer)).headers["location"] == "/console"


async def test_two_tabs_sign_in_beside_each_other_and_forgotten_ones_do_not_pile_up(
    services: Services, forged: ForgedProvider
) -> None:
    async with browser_of(services) as browser:
        first = await leave(browser, forged, next="/chats")
        nonce = forged.claims["nonce"]
        await leave(browser, forged)
        forged.claims["nonce"] = nonce
        assert (await back(browser, first)).headers["location"] == "/chats"
        for _ in range(3 * MOST_FLOWS):
            await leave(browser, forged)
        assert sum(name.startswith(FLOW_COOKIE) for name in browser.cookies) <= MOST_FLOWS


async def test_a_planted_session_is_not_the_one_that_begins(services: Services, forged: ForgedProvider) -> None:
    async with signed_in_browser(services, "sam") as sam, browser_of(services) as browser:
        planted = sam.cookies[COOKIE]
        browser.cookies.set(COOKIE, planted)
        answer = await back(browser, await leave(browser, forged))
        assert answer.status_code == 303
        assert planted not in answer.headers["set-cookie"]
    assert await services.stores.sessions.holder(planted) is None


async def test_a_dead_provider_leaves_the_sign_in_page_and_its_passwords(
    services: Services, forged: ForgedProvider
) -> None:
    forged.answers["/.well-known/openid-configuration"] = (503, {})
    async with browser_of(services) as browser:
        assert (await browser.get("/sign-in")).status_code == 200
        assert forged.asked.total() == 0
        answer = await browser.get(WITH)
        assert (answer.status_code, TROUBLE in answer.text, 'name="password"' in answer.text) == (502, True, True)
        assert forged.issuer not in answer.text
    async with signed_in_browser(services) as ana:
        assert await is_in(ana)


async def test_a_provider_that_is_off_or_unknown_is_no_way_in(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as browser:
        answer = await leave(browser, forged)
        lana = await services.stores.providers.read("lana")
        await services.stores.providers.put(replace(lana, on=False))
        assert (await browser.get(WITH)).status_code == 404
        assert (await back(browser, answer)).status_code == 404
        assert (await browser.get("/sign-in/with/nobody")).status_code == 404
        assert "Sign in with Lana" not in (await browser.get("/sign-in")).text
        assert not await is_in(browser)


async def test_who_says_no_there_is_told_so_here(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as browser:
        answer = {**await leave(browser, forged), "error": "access_denied"}
        assert "Sign-in was cancelled at the provider." in (await back(browser, answer)).text


async def test_removing_a_provider_ends_what_began_through_it(services: Services, forged: ForgedProvider) -> None:
    async with browser_of(services) as browser:
        await back(browser, await leave(browser, forged))
        assert await is_in(browser)
        await services.stores.providers.remove("lana")
        assert not await is_in(browser)
