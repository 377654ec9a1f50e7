"""Ana protects her account with her phone, and Ada requires that of everybody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.authentication import COOKIE
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import OWN, give, is_in, recovery_codes, scanned, set_up
from tests.support.page_client import (
    PASSWORD,
    an_installation,
    browser_of,
    fields_of,
    sign_in_with,
    signed_in_browser,
)
from tests.unit.settings.forms import faults, posted

RULES = "/settings/sign-in"


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.stores.members.add(
            id="ada", email="ada@example.com", name="Ada", password=PASSWORD, role="admin", queues=("support",)
        )
        await services.go_live(await services.stores.directory.read())
        yield services


async def test_ana_sets_up_her_phone_and_is_asked_for_its_code_from_then_on(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        phone, codes = await set_up(ana)
        assert len(set(codes)) == 10
        page = (await ana.get(OWN)).text
        assert "10 recovery codes left" in page
        assert codes[0] not in page
    async with browser_of(services) as again:
        asked = await sign_in_with(again, "ana@example.com", PASSWORD, onward="/chats")
        assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/code?next=%2Fchats")
        assert COOKIE not in again.cookies
        assert not await is_in(again)
        answer = await give(again, phone.code(1))
        assert (answer.status_code, answer.headers["location"]) == (303, "/chats")
        assert await is_in(again)


async def test_ana_has_lost_her_phone_and_uses_a_recovery_code_once(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        _, codes = await set_up(ana)
    typed = codes[3].upper().replace("-", " ")
    for outcome in (303, 401):
        async with browser_of(services) as browser:
            await sign_in_with(browser, "ana@example.com", PASSWORD)
            assert (await give(browser, typed)).status_code == outcome
            assert await is_in(browser) == (outcome == 303)
            if outcome == 303:
                assert "9 recovery codes left" in (await browser.get(OWN)).text


async def test_ada_requires_a_second_factor_of_everybody(services: Services) -> None:
    async with signed_in_browser(services, "ada") as ada, signed_in_browser(services) as ana:
        refused = await posted(ada, RULES, second_factor="everybody")
        assert faults(refused.text) == ["Set up your own second factor first. You will need it, too."]
        await set_up(ada)
        assert "2 members have none yet and will be signed out now: Ana, Sam" in (await ada.get(RULES)).text
        assert (await posted(ada, RULES, second_factor="everybody")).status_code == 303
        assert await is_in(ada)
        assert not await is_in(ana)

        asked = await sign_in_with(ana, "ana@example.com", PASSWORD, onward="/chats")
        assert asked.headers["location"] == "/sign-in/set-up?next=%2Fchats"
        page = await ana.get(asked.headers["location"])
        assert not await is_in(ana)
        wrong = await ana.post("/sign-in/set-up", data={**fields_of(page), "code": "000000"})
        assert (wrong.status_code, "Wrong code." in wrong.text) == (400, True)
        assert scanned(wrong) == scanned(page)
        fields = {**fields_of(page), "next": "/chats", "code": scanned(page).code()}
        done = await ana.post("/sign-in/set-up", data=fields)
        assert (len(recovery_codes(done)), 'href="/chats"' in done.text) == (10, True)
        assert await is_in(ana)


async def test_only_those_who_lead_have_to_when_ada_says_so(services: Services) -> None:
    async with (
        signed_in_browser(services, "ada") as ada,
        signed_in_browser(services) as ana,
        signed_in_browser(services, "sam") as sam,
    ):
        await set_up(ada)
        assert (await posted(ada, RULES, second_factor="leads")).status_code == 303
        assert (await is_in(ana), await is_in(sam)) == (True, False)
        # Ana becomes a supervisor: the session of her password alone is no longer enough.
        fields = {"name": "Ana", "role": "supervisor", "limit": "3", "queue.support": "on"}
        assert (await posted(ada, "/settings/member/ana", **fields)).status_code == 303
        assert not await is_in(ana)


async def test_ada_removes_a_factor_that_ana_has_lost_and_the_log_says_so(services: Services) -> None:
    async with signed_in_browser(services) as ana, signed_in_browser(services, "ada") as ada:
        await set_up(ana)
        assert "Lost second factor" in (await ada.get("/settings/member/ana")).text
        gone = await posted(ada, "/settings/member/ana", to="/settings/member/ana/second-factor")
        assert gone.status_code == 303
        assert not await is_in(ana)
        assert "Second factor removed" in (await ada.get("/settings/changes")).text
    async with signed_in_browser(services) as again:
        assert await is_in(again)


async def test_ana_removes_hers_with_the_password_only(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        await set_up(ana)
        wrong = await posted(ana, OWN, to=f"{OWN}/remove", password="a guess of mine")
        assert faults(wrong.text) == ["The current password is wrong."]
        assert (await posted(ana, OWN, to=f"{OWN}/remove", password=PASSWORD)).status_code == 303
        assert "Set up second factor" in (await ana.get(OWN)).text
