"""Vera has left a message: Ana takes it, answers by mail, adds a note and is done; the clock says what comes first."""

import httpx
import pytest
from msgspec.structs import replace

from console.archive.left_messages import LeftQuery
from console.domain.directory import Canned, Hours, Queue
from console.domain.left_messages import due_of
from console.domain.mail_templates import MailTemplate
from console.services import Services
from tests.support.mail_servers import SmtpServer, plain
from tests.support.mailing import archive, leave_message, send_mails
from tests.support.page_client import fields_of

HOUR = 3_600_000
SUNDAY = 1_795_953_600_000  # 29 November 2026, 12:00 UTC
OFFICE = Hours("UTC", tuple((day, 9 * 60, 17 * 60) for day in range(5)))


async def posted(browser: httpx.AsyncClient, chat: str, what: str, **fields: str) -> httpx.Response:
    page = await browser.get(f"/messages/{chat}")
    return await browser.post(f"/messages/{chat}/{what}", data={**fields_of(page), **fields})


async def test_ana_answers_and_vera_gets_a_mail_with_her_own_words_below(
    services: Services, smtp: SmtpServer, ana: httpx.AsyncClient
) -> None:
    chat = await leave_message(services, "Do you ship to Rome?\nAnd when?", locale="it-IT")
    assert (await posted(ana, chat, "answer", text="Yes, on Monday.", state="answered")).status_code == 303
    await archive(services)
    await send_mails(services)
    (mail,) = smtp.got
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "vera@example.com",
        "Lana <help@lana.example>",
        "Il tuo messaggio a Lana",
    )
    assert plain(mail).strip() == ("Ciao Vera,\n\nYes, on Monday.\n\nAna\nLana\n\n> Do you ship to Rome?\n> And when?")
    assert services.post.tokens.chat_in(mail["Message-ID"]) == chat
    page = (await ana.get(f"/messages/{chat}")).text
    assert "Yes, on Monday." in page
    assert "<p>sent</p>" in page
    assert "Nothing to answer" in (await ana.get("/messages")).text
    assert "Vera Rossi" in (await ana.get("/messages?state=answered")).text


async def test_an_answer_sent_twice_by_the_browser_is_one_mail(
    services: Services, smtp: SmtpServer, ana: httpx.AsyncClient
) -> None:
    chat = await leave_message(services, "Hello?")
    form = fields_of(await ana.get(f"/messages/{chat}"))
    for _ in range(2):
        sent = await ana.post(f"/messages/{chat}/answer", data={**form, "text": "Hello!", "state": "answered"})
        assert sent.status_code == 303
    await archive(services)
    await archive(services)
    await send_mails(services)
    assert len(smtp.got) == 1


async def test_who_answers_becomes_the_owner_and_may_give_it_away(services: Services, ana: httpx.AsyncClient) -> None:
    chat = await leave_message(services, "Hello?")
    await posted(ana, chat, "tend", take="1", state="open")
    await archive(services)
    (mine,) = await services.left_messages.find(LeftQuery(owner="ana"))
    assert (mine.owner_name, mine.state) == ("Ana", "open")
    await posted(ana, chat, "tend", owner="sam", state="waiting")
    await archive(services)
    (his,) = await services.left_messages.find(LeftQuery(state="waiting"))
    assert (his.owner, his.asked) == ("sam", 0)
    assert "Ana: Waiting for the visitor, owner Sam" in (await ana.get(f"/messages/{chat}")).text


async def test_a_note_is_for_the_team_alone(services: Services, smtp: SmtpServer, ana: httpx.AsyncClient) -> None:
    chat = await leave_message(services, "Hello?")
    await posted(ana, chat, "note", note="She is a friend of Ben")
    await posted(ana, chat, "answer", text="Hello!", state="done")
    await archive(services)
    await send_mails(services)
    assert "friend" not in plain(smtp.got[0])
    assert "friend" in (await ana.get(f"/messages/{chat}")).text


async def test_an_empty_answer_and_a_wrong_address_are_said_and_nothing_typed_is_lost(
    services: Services, ana: httpx.AsyncClient
) -> None:
    chat = await leave_message(services, "Hello?", email="vera at home")
    page = await posted(ana, chat, "answer", text="<b>Hi</b> Vera", state="answered")
    assert page.status_code == 400
    assert "The visitor left no address that mail can be sent to." in page.text
    assert "&lt;b&gt;Hi&lt;/b&gt; Vera" in page.text
    assert "Write an answer first." in (await posted(ana, chat, "answer", text=" ", state="answered")).text


async def test_a_card_number_in_an_answer_is_hidden(
    services: Services, smtp: SmtpServer, ana: httpx.AsyncClient
) -> None:
    chat = await leave_message(services, "Hello?")
    await posted(ana, chat, "answer", text="You paid with 4111 1111 1111 1111", state="done")
    await archive(services)
    await send_mails(services)
    assert "4111 1111" not in plain(smtp.got[0])


async def test_canned_replies_are_filled_in(services: Services, ana: httpx.AsyncClient) -> None:
    await services.stores.canned.put(services_reply())
    chat = await leave_message(services, "Hello?")
    assert 'value="Dear Vera, thank you. Ana"' in (await ana.get(f"/messages/{chat}")).text


def services_reply() -> Canned:
    return Canned("r1", "Thanks", "Dear {first_name}, thank you. {agent}")


async def test_the_most_overdue_comes_first_whatever_queue_it_is_in(services: Services, ana: httpx.AsyncClient) -> None:
    first = await leave_message(services, "In the slow queue", name="Vera One")
    second = await leave_message(services, "In the fast queue", name="Vera Two")
    await services.stores.queues.put(Queue("fast", "Fast", message_target=HOUR), members=["ana"])
    services.directory = await services.stores.directory.read()
    await services.workspace.configure(services.directory)
    async with services.database.writing() as connection:
        await connection.exec_driver_sql(f"UPDATE chats SET queue = 'fast' WHERE id = '{second}'")
    page = (await ana.get("/messages")).text
    assert page.index(second) < page.index(first)
    assert "due in" in page
    assert second not in (await ana.get("/messages?queue=support")).text


def test_the_clock_of_a_message_runs_while_the_queue_is_open() -> None:
    always = Queue("support", "Support", message_target=9 * HOUR)
    assert due_of(SUNDAY, always) == SUNDAY + 9 * HOUR
    office = replace(always, hours=OFFICE)
    assert due_of(SUNDAY, office) == SUNDAY + (24 + 21 + 1) * HOUR, "eight hours on Monday, one on Tuesday from nine"
    assert due_of(SUNDAY, replace(always, message_target=0)) == 0
    assert due_of(0, always) == 0
    never = replace(always, hours=Hours("UTC", ((0, 0, 0),)))
    assert due_of(SUNDAY, never) == 0


async def test_a_chat_that_was_no_left_message_is_none_here(services: Services, ana: httpx.AsyncClient) -> None:
    assert (await ana.get("/messages/abcdefghijklmnop")).status_code == 404


async def test_a_sites_own_texts_stand_around_the_answer(
    services: Services, smtp: SmtpServer, ana: httpx.AsyncClient
) -> None:
    own = MailTemplate("en", subject="Your case", greeting="Dear {visitor},", signature="-- {agent}, {site}")
    site = replace(services.directory.sites["demo"], mails=(own,))
    await services.stores.sites.put(site)
    services.directory = await services.stores.directory.read()
    chat = await leave_message(services, "Hello?", name="")
    await posted(ana, chat, "answer", text="Hi", state="answered")
    await archive(services)
    await send_mails(services)
    assert smtp.got[0]["Subject"] == "Your case"
    assert plain(smtp.got[0]).startswith("Dear,\n\nHi\n\n-- Ana, Lana\n")


async def test_the_conversation_goes_on_after_the_live_store_has_let_it_go(
    services: Services, ana: httpx.AsyncClient
) -> None:
    chat = await leave_message(services, "Hello?")
    await posted(ana, chat, "answer", text="Hi", state="answered")
    await archive(services)
    await services.workspace.store.command("DEL", services.workspace.keys.of("chat", chat))
    assert (await posted(ana, chat, "answer", text="One more thing", state="waiting")).status_code == 303
    await archive(services)
    assert "One more thing" in (await ana.get(f"/messages/{chat}")).text


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
async def test_what_people_write_is_text(services: Services, ana: httpx.AsyncClient, nasty: str) -> None:
    chat = await leave_message(services, nasty, name=nasty)
    for path in ("/messages", f"/messages/{chat}"):
        page = (await ana.get(path)).text
        assert "<script>alert" not in page
        assert "<img" not in page
