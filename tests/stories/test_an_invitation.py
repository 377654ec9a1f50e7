"""Ada invites Ben by a link; Ana forgets her password. Misuse of these links is tested here too."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select, update

from console.actions import members
from console.archive.tables import invitations, mails, sign_in_steps
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.authenticator import give, is_in, set_up
from tests.support.eventually import eventually
from tests.support.page_client import (
    PASSWORD,
    an_installation,
    browser_of,
    fields_of,
    sign_in_with,
    signed_in_browser,
    with_mail,
)
from tests.unit.settings.forms import faults, posted

INVITE = "/settings/members/invite"
BEN = {"email": "Ben@example.com", "role": "supervisor", "limit": "2", "languages": "French", "queue.support": "on"}
LINK = re.compile(r"http://chat\.example(/sign-in/(?:invitation|reset)/[\w-]{43})")
OVER = "This link is no longer valid. Ask for a new one."
CHOSEN = {"name": "Ben Bear", "password": "quite another battery"}


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


@pytest.fixture
async def ada(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in_browser(services, "ada") as browser:
        yield browser


async def invited(ada: httpx.AsyncClient, **fields: str) -> str:
    """The path of the link that Ada is shown."""
    page = await posted(ada, INVITE, **{**BEN, **fields})
    assert page.status_code == 200, faults(page.text)
    [path] = LINK.findall(page.text)
    return str(path)


async def join(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    form = await browser.get(path)
    return await browser.post(path, data={**fields_of(form), **CHOSEN, **fields})


async def letters(services: Services) -> list[tuple[str, str, str]]:
    async with services.database.reading() as connection:
        found = await connection.execute(select(mails.c.kind, mails.c.to, mails.c.text).order_by(mails.c.id))
        return [tuple(row) for row in found]


# --- an invitation --------------------------------------------------------------------------------


async def test_ada_invites_ben_who_chooses_his_name_and_password(services: Services, ada: httpx.AsyncClient) -> None:
    path = await invited(ada)
    assert "<bdi>ben@example.com</bdi>" in (await ada.get("/settings/members")).text
    async with browser_of(services) as ben:
        page = (await ben.get(path)).text
        assert ("<bdi>Ada</bdi> invites you" in page, 'value="ben@example.com"' in page) == (True, True)
        answer = await join(ben, path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert await is_in(ben)
    [made] = (one for one in services.directory.members.values() if one.name == "Ben Bear")
    assert (made.email, made.role, made.limit, made.languages) == ("ben@example.com", "supervisor", 2, ("fr",))
    page = (await ada.get("/settings/members")).text
    assert ("Ben Bear" in page, "Revoke" in page) == (True, False)
    log = (await ada.get("/settings/changes")).text
    assert ("Member invited" in log, "Member added" in log) == (True, True)
    async with browser_of(services) as again:
        assert (await sign_in_with(again, "ben@example.com", CHOSEN["password"])).status_code == 303


async def test_what_ben_chooses_is_looked_at_and_the_link_stays_good(
    services: Services, ada: httpx.AsyncClient
) -> None:
    path = await invited(ada)
    async with browser_of(services) as ben:
        easy = await join(ben, path, name="", password="ben@example.com")
        assert (easy.status_code, "easy to guess" in easy.text, "Enter a name" in easy.text) == (400, True, True)
        assert (await join(ben, path, password="")).status_code == 400
        assert not await is_in(ben)
        assert (await join(ben, path)).status_code == 303


async def test_a_link_is_good_once_even_for_two_at_the_same_time(services: Services, ada: httpx.AsyncClient) -> None:
    path = await invited(ada)
    async with browser_of(services) as ben, browser_of(services) as eve:
        forms = [fields_of(await browser.get(path)) for browser in (ben, eve)]
        posts = [browser.post(path, data={**form, **CHOSEN}) for browser, form in zip((ben, eve), forms, strict=True)]
        answers = sorted((await asyncio.gather(*posts)), key=lambda answer: answer.status_code)
        assert answers[0].status_code == 303
        assert answers[1].status_code in (400, 404)
        assert OVER in (await eve.get(path)).text
    assert len((await services.stores.directory.read()).members) == 4


@pytest.mark.parametrize("why", ["revoked", "replaced", "expired", "unknown"])
async def test_a_link_that_is_over_is_told_in_the_same_words(
    services: Services, ada: httpx.AsyncClient, why: str
) -> None:
    path = await invited(ada)
    async with browser_of(services) as ben:
        form = fields_of(await ben.get(path))
        if why == "revoked":
            [pending] = await services.stores.invitations.pending()
            gone = await posted(ada, "/settings/members", to=f"/settings/invitation/{pending.id}/revoke")
            assert gone.status_code == 303
        elif why == "replaced":
            await invited(ada)
        elif why == "expired":
            async with services.database.writing() as connection:
                await connection.execute(update(invitations).values(expires=1))
        else:
            path = path[:-1] + ("a" if path[-1] != "a" else "b")
        for answer in (await ben.get(path), await ben.post(path, data={**form, **CHOSEN})):
            assert (answer.status_code, OVER in answer.text) == (404, True)
        assert not await is_in(ben)


@pytest.mark.parametrize("how", ["deactivated", "no admin any more"])
async def test_ediths_invitations_end_with_her_right_to_invite_and_adas_stay(
    services: Services, ada: httpx.AsyncClient, how: str
) -> None:
    await services.stores.members.add(
        id="edith", email="edith@example.com", name="Edith", password=PASSWORD, role="admin", queues=("support",)
    )
    await services.go_live(await services.stores.directory.read())
    async with signed_in_browser(services, "edith") as edith, browser_of(services) as eve, browser_of(services) as ben:
        hers, adas = await invited(edith, email="eve@example.com"), await invited(ada)
        by = services.directory.members["ada"]
        if how == "deactivated":
            await members.deactivate(services, by, "edith")
        else:
            was = services.directory.members["edith"]
            await members.update(services, by, msgspec.structs.replace(was, role="supervisor"))
        assert OVER in (await eve.get(hers)).text
        assert (await join(ben, adas)).status_code == 303


async def test_links_are_kept_as_digests(services: Services, ada: httpx.AsyncClient) -> None:
    token = (await invited(ada)).rpartition("/")[2]
    async with services.database.reading() as connection:
        assert token not in str((await connection.execute(select(invitations))).all())
    assert token not in (await ada.get("/settings/members")).text + (await ada.get("/settings/changes")).text


async def test_what_is_wrong_with_an_invitation_is_said_at_once(ada: httpx.AsyncClient) -> None:
    wrong = await posted(ada, INVITE, **{**BEN, "email": "ANA@example.com", "role": "king", "limit": "7"})
    assert faults(wrong.text) == [
        "Choose a role: agent, supervisor or admin.",
        "Choose a limit from 1 to 6 chats.",
        "A member with that e-mail or ID already exists.",
    ]


async def test_whoever_joins_sets_up_the_second_factor_that_is_required(
    services: Services, ada: httpx.AsyncClient
) -> None:
    await set_up(ada)
    await posted(ada, "/settings/sign-in", second_factor="everybody")
    path = await invited(ada)
    async with browser_of(services) as ben:
        assert (await join(ben, path)).headers["location"] == "/sign-in/set-up"
        assert not await is_in(ben)


async def test_the_link_is_sent_by_mail_where_there_is_a_mail_server(
    services: Services, ada: httpx.AsyncClient
) -> None:
    with_mail(services)
    path = await invited(ada)
    [(kind, to, text)] = await letters(services)
    assert (kind, to, path in text) == ("invitation", "Ben@example.com", True)


# --- a forgotten password -------------------------------------------------------------------------


async def ask(browser: httpx.AsyncClient, email: str) -> httpx.Response:
    form = await browser.get("/sign-in/forgot")
    return await browser.post("/sign-in/forgot", data={**fields_of(form), "email": email})


async def reset_link(services: Services) -> str:
    async def found() -> str:
        sent = await letters(services)
        return str(LINK.findall(sent[-1][2])[0]) if sent else ""

    return await eventually(found, "the mail with the link")


async def change(browser: httpx.AsyncClient, path: str, password: str = "quite another battery") -> httpx.Response:
    return await browser.post(path, data={**fields_of(await browser.get(path)), "password": password})


async def test_ana_gets_a_new_password_by_mail_once_and_is_out_elsewhere(services: Services) -> None:
    with_mail(services)
    async with signed_in_browser(services) as elsewhere, browser_of(services) as ana:
        assert "/sign-in/forgot" in (await ana.get("/sign-in")).text
        assert "we have sent them a link" in (await ask(ana, "Ana@example.com")).text
        path = await reset_link(services)
        assert (await change(ana, path, "ana@example.com")).status_code == 400
        done = await change(ana, path)
        assert done.headers["location"] == "/sign-in?changed=1"
        assert not await is_in(elsewhere)
        assert not await is_in(ana)
        assert OVER in (await ana.get(path)).text
        assert (await sign_in_with(ana, "ana@example.com", PASSWORD)).status_code == 401
        assert (await sign_in_with(ana, "ana@example.com", "quite another battery")).status_code == 303


async def test_a_new_password_does_not_go_around_the_second_factor(services: Services) -> None:
    with_mail(services)
    async with signed_in_browser(services) as ana:
        phone, _ = await set_up(ana)
    async with browser_of(services) as ana:
        await ask(ana, "ana@example.com")
        await change(ana, await reset_link(services))
        answer = await sign_in_with(ana, "ana@example.com", "quite another battery")
        assert answer.headers["location"] == "/sign-in/code"
        assert (await give(ana, phone.code(1))).status_code == 303


async def test_a_new_password_ends_sign_ins_on_their_way_and_other_links(services: Services) -> None:
    with_mail(services)
    async with signed_in_browser(services) as ana:
        await set_up(ana)
    async with browser_of(services) as eve, browser_of(services) as ana:
        assert (await sign_in_with(eve, "ana@example.com", PASSWORD)).headers["location"] == "/sign-in/code"
        await ask(eve, "ana@example.com")
        hers = await reset_link(services)
        await ask(ana, "ana@example.com")
        await eventually(lambda: has(services, 2), "another link")
        assert (await change(ana, await reset_link(services))).headers["location"] == "/sign-in?changed=1"
        assert OVER in (await eve.get(hers)).text
        assert (await eve.get("/sign-in/code")).headers["location"] == "/sign-in?over=1"
        assert not await is_in(eve)


async def has(services: Services, count: int) -> bool:
    return len(await letters(services)) == count


async def test_nobody_learns_who_has_an_account_and_asking_is_slowed(services: Services) -> None:
    with_mail(services)
    await services.stores.members.add(id="kim", email="kim@example.com", name="Kim", password="", queues=("support",))
    async with browser_of(services) as browser:
        pages = {re.sub(r'value="[^"]*"', "", (await ask(browser, who)).text) for who in
                 ("ana@example.com", "kim@example.com", "nobody@example.com")}  # fmt: skip
        assert len(pages) == 1
        await reset_link(services)
        assert [to for _, to, _ in await letters(services)] == ["ana@example.com"]
        outcomes = [(await ask(browser, "ana@example.com")).status_code for _ in range(6)]
        assert outcomes == [200] * 4 + [429] * 2


async def test_a_link_for_a_new_password_ends_after_an_hour_and_opens_nothing_else(services: Services) -> None:
    with_mail(services)
    async with browser_of(services) as ana:
        await ask(ana, "ana@example.com")
        path = await reset_link(services)
        token = path.rpartition("/")[2]
        ana.cookies.set("sestetto_step", token)
        for page in ("/sign-in/code", "/sign-in/set-up"):
            assert (await ana.get(page)).headers["location"] == "/sign-in?over=1"
        async with services.database.writing() as connection:
            await connection.execute(update(sign_in_steps).values(expires=1))
        assert OVER in (await ana.get(path)).text


async def test_without_a_mail_server_the_page_says_whom_to_ask(services: Services) -> None:
    async with browser_of(services) as ana:
        assert "/sign-in/forgot" not in (await ana.get("/sign-in")).text
        assert "Ask your admin for a new password." in (await ana.get("/sign-in/forgot")).text


async def test_no_host_of_a_request_gets_into_the_link_for_a_new_password(services: Services) -> None:
    with_mail(services)
    async with browser_of(services) as eve:
        form = fields_of(await eve.get("/sign-in/forgot"))
        await eve.post("/sign-in/forgot", data={**form, "email": "ana@example.com"}, headers={"host": "evil.example"})
        assert (await reset_link(services)).startswith("/sign-in/reset/")
    with_mail(services, origin="")
    async with browser_of(services, origin="http://evil.example") as eve:
        assert "Ask your admin for a new password." in (await ask(eve, "ana@example.com")).text
        assert "/sign-in/forgot" not in (await eve.get("/sign-in")).text
    assert len(await letters(services)) == 1
