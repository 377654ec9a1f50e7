"""Attacks on the second factor: used codes, guesses, others' set-ups, and ways around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from console.archive.tables import recovery_codes as codes_table
from console.archive.tables import second_factors, sign_in_steps
from console.authentication import COOKIE
from console.pages.sign_in_forms import STEP_COOKIE
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import OWN, STEP, give, is_in, scanned, set_up
from tests.support.page_client import PASSWORD, an_installation, browser_of, fields_of, sign_in_with, signed_in_browser
from tests.unit.settings.forms import posted


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        yield services


@asynccontextmanager
async def at_the_code(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has given Ana's password, and owes the code."""
    async with browser_of(services) as browser:
        assert (await sign_in_with(browser, "ana@example.com", PASSWORD)).status_code == 303
        yield browser


async def test_a_code_is_good_once(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        phone, _ = await set_up(ana)
    code = phone.code(1)
    async with at_the_code(services) as first, at_the_code(services) as second:
        assert (await give(first, code)).status_code == 303
        assert (await give(second, code)).status_code == 401
        assert (await give(second, phone.code(0))).status_code == 401, "an older one than the last is used up too"
        assert not await is_in(second)


async def test_the_code_of_the_set_up_does_not_sign_in(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        page = await posted(ana, OWN, password=PASSWORD)
        code = scanned(page).code()
        await posted(ana, OWN, to=f"{OWN}/confirm", step=STEP.findall(page.text)[0], code=code)
    async with at_the_code(services) as browser:
        assert (await give(browser, code)).status_code == 401


async def test_five_wrong_codes_cost_the_password_and_further_ones_wait(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        phone, codes = await set_up(ana)
    async with at_the_code(services) as browser:
        answers = [(await give(browser, guess)).status_code for guess in ("000000", codes[0][:-1], "", "12345", "x")]
        assert answers == [401] * 4 + [303]
        over = await browser.get("/sign-in/code")
        assert over.headers["location"] == "/sign-in?over=1"
        assert "too many wrong codes" in (await browser.get(over.headers["location"])).text
    async with at_the_code(services) as browser:
        waits = await give(browser, phone.code(1))
        assert (waits.status_code, waits.headers["retry-after"]) == (429, "60")
        assert not await is_in(browser)


async def test_a_right_password_does_not_forgive_wrong_codes(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        await set_up(ana)
    outcomes = []
    for guess in range(7):
        async with at_the_code(services) as browser:
            outcomes.append((await give(browser, f"{guess:06}")).status_code)
    assert outcomes == [401] * 5 + [429] * 2


async def test_recovery_codes_are_kept_as_digests(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        _, codes = await set_up(ana)
    async with services.database.reading() as connection:
        kept = str((await connection.execute(select(codes_table))).all())
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


async def test_the_step_opens_nothing_but_its_page(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        await set_up(ana)
    async with at_the_code(services) as browser:
        token = browser.cookies[STEP_COOKIE]
        browser.cookies.set(COOKIE, token)
        assert not await is_in(browser)
        assert (await browser.get("/sign-in/set-up")).headers["location"] == "/sign-in?over=1"


async def test_a_step_ends_after_ten_minutes(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        phone, _ = await set_up(ana)
    async with at_the_code(services) as browser:
        form = fields_of(await browser.get("/sign-in/code"))
        async with services.database.writing() as connection:
            await connection.execute(update(sign_in_steps).values(expires=sign_in_steps.c.expires - 600_000))
        answer = await browser.post("/sign-in/code", data={**form, "code": phone.code(1)})
        assert answer.headers["location"] == "/sign-in?over=1"
        assert not await is_in(browser)
    await services.stores.drop_expired()
    async with services.database.reading() as connection:
        assert (await connection.execute(select(sign_in_steps))).first() is None


async def test_a_session_that_somebody_planted_is_not_the_one_that_begins(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        phone, _ = await set_up(ana)
    async with signed_in_browser(services, "sam") as sam:
        planted = sam.cookies[COOKIE]
    async with at_the_code(services) as browser:
        browser.cookies.set(COOKIE, planted)
        form = fields_of(await browser.get("/sign-in/code"))
        answer = await browser.post("/sign-in/code", data={**form, "code": phone.code(1)})
        assert answer.status_code == 303
        assert planted not in answer.headers["set-cookie"]
    assert await services.stores.sessions.holder(planted) is None


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_the_code_leads_to_no_other_site(services: Services, onward: str) -> None:
    async with signed_in_browser(services) as ana:
        phone, _ = await set_up(ana)
    async with at_the_code(services) as browser:
        form = fields_of(await browser.get("/sign-in/code", params={"next": onward}))
        answer = await browser.post("/sign-in/code", data={**form, "next": onward, "code": phone.code(1)})
        assert answer.headers["location"] == "/console"


async def test_nobody_ends_anothers_set_up(services: Services) -> None:
    async with signed_in_browser(services) as ana, signed_in_browser(services, "sam") as sam:
        page = await posted(ana, OWN, password=PASSWORD)
        step, code = STEP.findall(page.text)[0], scanned(page).code()
        answer = await posted(sam, OWN, to=f"{OWN}/confirm", step=step, code=code)
        assert answer.status_code == 404
    async with services.database.reading() as connection:
        assert (await connection.execute(select(second_factors))).first() is None


async def test_a_set_up_ends_once(services: Services) -> None:
    async with signed_in_browser(services) as ana:
        page = await posted(ana, OWN, password=PASSWORD)
        step, phone = STEP.findall(page.text)[0], scanned(page)
        other = await posted(ana, OWN, password=PASSWORD)
        first = await posted(ana, OWN, to=f"{OWN}/confirm", step=step, code=phone.code())
        assert first.status_code == 200
        again = await posted(ana, OWN, to=f"{OWN}/confirm", step=step, code=phone.code())
        assert again.headers["location"] == OWN
        second = {"step": STEP.findall(other.text)[0], "code": scanned(other).code()}
        assert (await posted(ana, OWN, to=f"{OWN}/confirm", **second)).status_code == 409
    async with services.database.reading() as connection:
        assert (await connection.execute(select(second_factors.c.secret))).scalars().all() == [phone.secret]
