"""A customer's whole journey: known to the shop, in line for Premium, answered by mail, and all of it in Polish."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, expect

from console.domain.directory import Queue
from console.domain.identity import ClaimRule, SiteIdentity
from tests.browser.test_files import gives
from tests.browser.test_widget_identity import page_of
from tests.browser.widget_people import Vera
from tests.stories.teams import at_work, person, set_up
from tests.stories.test_a_left_message import answers, at_the_desk, reply, shows
from tests.support.eventually import eventually
from tests.support.identities import SHARED, token_of, trusts
from tests.support.json_clients import Talker, Visitor
from tests.support.mail_servers import ImapServer, SmtpServer, plain
from tests.support.sent_files import picture
from tests.support.server_process import RunningServer

PREMIUM = SiteIdentity(keys=(SHARED,), rules=(ClaimRule("plan", "premium", "premium", 60_000),))
VERA: dict[str, Any] = {"name": "Vera", "email": "vera@example.com", "fields": {"plan": "premium"}}


@pytest_asyncio.fixture(loop_scope="session")
async def smtp() -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def imap() -> AsyncIterator[ImapServer]:
    server = ImapServer()
    server.start()
    await eventually(server.answers, "the IMAP server", within=20)
    yield server
    server.stop()


async def the_only_agent_of_premium_is_busy(server: RunningServer) -> tuple[Talker, ...]:
    await set_up(
        server, (Queue("premium", "Premium", target=60_000, leave_after=1_000),), (person("alice", "premium", limit=1),)
    )
    await trusts(server, PREMIUM)
    (alice,) = await at_work(server, "alice")
    await alice.command("status", status="online")
    kim = await Visitor.comes(server, queue="premium")
    await kim.opens("I only fill a slot")
    await alice.gets(kim.chat)
    return alice, kim


async def test_vera_shows_her_screen_leaves_and_is_answered_by_mail(
    start_server: Callable[..., RunningServer], browser: Browser, smtp: SmtpServer, imap: ImapServer
) -> None:
    server = start_server(smtp_url=smtp.url, mail_from="help@lana.example", imap_url=imap.url, mail_poll="1")
    busy = await the_only_agent_of_premium_is_busy(server)
    tokens = [token_of("42", **VERA) for _ in range(3)]
    vera = await Vera.at(server, browser, script=page_of(*tokens), locale="pl-PL")

    await vera.starts_with("Nie mogę zapłacić.")
    await vera.sees("Jesteś następny(-a) w kolejce.")
    await gives(vera.page, "textarea", "paste", ("image.png", "image/png", picture(size=(640, 400))))
    await expect(vera.page.locator(".file canvas")).to_be_visible(timeout=20_000)
    await vera.widget.get_by_label("Twój adres e-mail").fill("vera@example.com")
    await vera.widget.get_by_role("button", name="Zostaw wiadomość").click()
    await vera.sees("Odpowiemy na vera@example.com.")

    async with at_the_desk(server, "sam") as sam:
        listed = await shows(sam, "/messages", "image.png")
        assert "Premium" in listed
        chat = listed.split('href="/messages/')[1].split('"')[0]
        message = await shows(sam, f"/messages/{chat}", "image.png")
        assert "vera@example.com" in message
        assert "Nie mogę zapłacić." in message
        await answers(sam, chat, "Spróbuj teraz, proszę.", "waiting")
        await eventually(lambda: smtp.got, "the answer by mail", within=20)
        assert smtp.to == [["vera@example.com"]]
        assert plain(smtp.got[0]).startswith("Dzień dobry")

        imap.put(reply(smtp.got[0], "Działa, dziękuję!"))
        await shows(sam, f"/messages/{chat}", "Działa, dziękuję!")

    await vera.page.reload()
    await vera.opens()
    await vera.sees("Nie mogę zapłacić.")
    await vera.sees("Nowa rozmowa")
    await vera.context.close()
    for one in busy:
        await one.leave()
