"""Vera replies by mail: her reply is added to her conversation once, nobody else's is, and nothing is lost."""

import dataclasses
from email.message import EmailMessage

import httpx
import pytest

from console.actions.incoming_mail import MOST_A_DAY, receive
from console.archive.left_messages import LeftQuery
from console.background.incoming_mail import IncomingMails
from console.config import Settings
from console.events import Mailed
from console.mail.composing import UNFOLDED
from console.mail.post import Post
from console.mail.reading import identity_of
from console.services import Services
from tests.support.mail_servers import SmtpServer
from tests.support.mailing import archive, leave_message, send_mails
from tests.support.page_client import fields_of


@pytest.fixture
async def chat(services: Services, ana: httpx.AsyncClient) -> str:
    """Vera has left a message, and Ana's answer is in Vera's mailbox."""
    chat = await leave_message(services, "Do you ship to Rome?")
    form = fields_of(await ana.get(f"/messages/{chat}"))
    await ana.post(f"/messages/{chat}/answer", data={**form, "text": "Yes. When?", "state": "waiting"})
    await archive(services)
    await send_mails(services)
    return chat


def reply(smtp: SmtpServer, text: str = "On Monday.", *, n: int = 1, sender: str = "vera@example.com") -> EmailMessage:
    """Vera's mail program answers the last mail that she got."""
    got, made = smtp.got[-1], EmailMessage(policy=UNFOLDED)
    made["From"] = f"Vera <{sender}>"
    made["To"] = got["Reply-To"] or got["From"]
    made["Message-ID"] = f"<vera-{n}@example.com>"
    made["In-Reply-To"] = got["Message-ID"]
    made["References"] = got["Message-ID"]
    made.set_content(f"{text}\n\nOn Monday Lana <help@lana.example> wrote:\n> Yes. When?\n")
    return made


async def taken(services: Services, mail: EmailMessage) -> tuple[str, str]:
    outcome = await receive(services, mail.as_bytes())
    await archive(services)
    return outcome.code, outcome.detail


async def replies(services: Services, chat: str) -> list[str]:
    record = await services.history.read_chat(chat)
    assert record is not None
    return [fact.text for fact in record.facts if isinstance(fact, Mailed) and fact.by == "visitor"]


async def test_her_reply_opens_it_again_without_what_she_quotes(
    services: Services, smtp: SmtpServer, chat: str, ana: httpx.AsyncClient
) -> None:
    assert await taken(services, reply(smtp)) == ("taken", "")
    assert await replies(services, chat) == ["On Monday."]
    (again,) = await services.left_messages.find(LeftQuery())
    assert (again.id, again.state, again.owner) == (chat, "open", "ana")
    assert "On Monday." in (await ana.get("/messages")).text


async def test_the_thread_goes_on_for_her_mail_program(
    services: Services, smtp: SmtpServer, chat: str, ana: httpx.AsyncClient
) -> None:
    await taken(services, reply(smtp))
    form = fields_of(await ana.get(f"/messages/{chat}"))
    await ana.post(f"/messages/{chat}/answer", data={**form, "text": "Done.", "state": "done"})
    await archive(services)
    await send_mails(services)
    first, second = smtp.got
    assert second["In-Reply-To"] == "<vera-1@example.com>"
    assert second["References"] == f"{first['Message-ID']} <vera-1@example.com>"
    assert second["Subject"] == f"Re: {first['Subject']}"


async def test_the_same_mail_twice_is_one_reply(services: Services, smtp: SmtpServer, chat: str) -> None:
    for _ in range(2):
        assert (await taken(services, reply(smtp)))[0] == "taken"
    assert await replies(services, chat) == ["On Monday."]
    assert (await taken(services, reply(smtp, "And one more.", n=2)))[0] == "taken"
    assert await replies(services, chat) == ["On Monday.", "And one more."]


async def test_a_stranger_with_a_forged_mark_gets_nowhere(services: Services, smtp: SmtpServer, chat: str) -> None:
    token = services.post.tokens.make(chat)
    forged = reply(smtp)
    for name in ("In-Reply-To", "References"):
        del forged[name]
        forged[name] = f"<{token[:-1]}{'a' if token[-1] != 'a' else 'b'}.x@lana.example>"
    assert await taken(services, forged) == ("aside", "It answers no conversation.")
    assert await taken(services, reply(smtp, sender="mallory@example.com")) == (
        "aside",
        "It is not from the address of the conversation.",
    )
    assert await replies(services, chat) == []


async def test_the_mark_in_the_address_is_enough(services: Services, smtp: SmtpServer, chat: str) -> None:
    services.post = Post(
        replace_settings(services, "reply+{token}@lana.example"),
        services.database,
        services.history,
        lambda: services.directory,
    )
    mail = reply(smtp)
    for name in ("In-Reply-To", "References", "To"):
        del mail[name]
    mail["To"] = services.post.reply_to(chat).upper()
    assert (await taken(services, mail))[0] == "taken"


def replace_settings(services: Services, reply_to: str) -> Settings:
    return dataclasses.replace(services.settings, mail_reply_to=reply_to)


@pytest.mark.parametrize("header", ["Auto-Submitted", "Precedence"])
async def test_a_holiday_notice_opens_nothing(services: Services, smtp: SmtpServer, chat: str, header: str) -> None:
    mail = reply(smtp, "I am away")
    mail[header] = "auto-replied" if header == "Auto-Submitted" else "auto_reply"
    assert (await taken(services, mail))[0] == "ignored"
    assert await services.left_messages.find(LeftQuery()) == []


async def test_two_machines_that_talk_are_stopped(services: Services, smtp: SmtpServer, chat: str) -> None:
    for n in range(MOST_A_DAY):
        await receive(services, reply(smtp, f"Reply {n}", n=n).as_bytes())
    await archive(services)
    assert await taken(services, reply(smtp, "And again", n=99)) == ("aside", "Too many replies within a day.")


async def test_a_card_number_is_hidden_also_over_two_texts(services: Services, smtp: SmtpServer, chat: str) -> None:
    await taken(services, reply(smtp, "My card is 4111 1111 1111 1111"))
    await taken(services, reply(smtp, "Again: 4111 1111", n=2))
    await taken(services, reply(smtp, "1111 1111", n=3))
    shown = " ".join(await replies(services, chat))
    assert "1111 1111" not in shown


async def test_markup_in_a_mail_is_text(
    services: Services, smtp: SmtpServer, chat: str, ana: httpx.AsyncClient
) -> None:
    await taken(services, reply(smtp, "<script>alert(1)</script><img src=x onerror=alert(1)>"))
    page = (await ana.get(f"/messages/{chat}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


async def test_a_reply_after_days_finds_a_conversation_that_the_store_has_let_go(
    services: Services, smtp: SmtpServer, chat: str
) -> None:
    await services.workspace.store.command("DEL", services.workspace.keys.of("chat", chat))
    assert await taken(services, reply(smtp)) == ("taken", "")
    assert await replies(services, chat) == ["On Monday."]


async def test_what_came_in_is_settled_once_and_what_makes_no_sense_is_kept_for_admins(
    services: Services, smtp: SmtpServer, chat: str
) -> None:
    work = IncomingMails(services, lambda: True)
    for raw in (reply(smtp).as_bytes(), b"From: x@example.com\r\nMessage-ID: <a@b>\r\n\r\nBuy now"):
        assert await services.inbox.add(raw, identity_of(raw))
        assert not await services.inbox.add(raw, identity_of(raw)), "it is there already"
    await work.settle_all()
    await archive(services)
    assert await replies(services, chat) == ["On Monday."]
    (aside,) = await services.inbox.aside()
    assert aside.detail == "It answers no conversation."
    assert await services.inbox.raw(aside.id) == b"From: x@example.com\r\nMessage-ID: <a@b>\r\n\r\nBuy now"


async def test_somebody_who_sends_the_id_of_veras_mail_first_does_not_keep_hers_out(
    services: Services, smtp: SmtpServer, chat: str
) -> None:
    work = IncomingMails(services, lambda: True)
    hers = reply(smtp).as_bytes()
    for raw in (b"From: x@example.com\r\nMessage-ID: <vera-1@example.com>\r\n\r\nFirst", hers):
        assert await services.inbox.add(raw, identity_of(raw))
    folded = hers.replace(b"From: Vera <", b"From: Vera\r\n <").replace(
        b"Message-ID:", b"Received: from x\nMessage-ID:"
    )
    assert not await services.inbox.add(folded, identity_of(folded)), "the same mail by another way"
    await work.settle_all()
    await archive(services)
    assert await replies(services, chat) == ["On Monday."]
