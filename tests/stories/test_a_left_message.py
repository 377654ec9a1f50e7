"""On Sunday nobody is there: Vera leaves a message, Ana answers by mail, and Vera replies by mail."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage

import httpx
import pytest

from console.domain.ids import new_cid
from console.mail.composing import UNFOLDED
from tests.support.credentials import sign_in_link
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Visitor
from tests.support.mail_servers import ImapServer, SmtpServer, plain
from tests.support.page_client import fields_of
from tests.support.server_process import RunningServer


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        yield server


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    server = ImapServer()
    server.start()
    await eventually(server.answers, "the IMAP server", within=20)
    yield server
    server.stop()


@asynccontextmanager
async def at_the_desk(server: RunningServer, name: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, follow_redirects=True) as browser:
        link = await browser.get(await sign_in_link(server, name))
        await browser.post(str(link.url), data=fields_of(link))
        yield browser


async def shows(browser: httpx.AsyncClient, path: str, words: str) -> str:
    async def page() -> str:
        text = (await browser.get(path)).text
        return text if words in text else ""

    return await eventually(page, f"{words!r} at {path}", within=20)


async def answers(browser: httpx.AsyncClient, chat: str, text: str, state: str) -> None:
    form = fields_of(await browser.get(f"/messages/{chat}"))
    page = await browser.post(f"/messages/{chat}/answer", data={**form, "text": text, "state": state})
    assert "Answered. The mail is on its way." in page.text


def reply(got: EmailMessage, text: str) -> bytes:
    made = EmailMessage(policy=UNFOLDED)
    made["From"], made["To"] = "Vera <vera@example.com>", got["From"]
    made["Subject"], made["Message-ID"] = f"Re: {got['Subject']}", "<from-vera@example.com>"
    made["In-Reply-To"] = made["References"] = got["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in plain(got).splitlines())
    made.set_content(f"{text}\n\nOn Monday Lana <help@lana.example> wrote:\n{quoted}\n")
    return made.as_bytes()


async def test_vera_is_answered_by_mail_and_replies_by_mail(
    start_server: Callable[..., RunningServer], smtp: SmtpServer, imap: ImapServer
) -> None:
    server = start_server(smtp_url=smtp.url, mail_from="help@lana.example", imap_url=imap.url, mail_poll="1")
    vera = await Visitor.comes(server)
    left = await vera.command("leave_message", email="vera@example.com", text="Do you ship to Rome?", name="Vera")
    chat = left["chat"]
    async with at_the_desk(server, "ana") as ana:
        await shows(ana, "/messages", "Do you ship to Rome?")
        await answers(ana, chat, "Yes. Which street?", "waiting")
        await eventually(lambda: smtp.got, "the answer by mail", within=20)
        assert "Yes. Which street?" in plain(smtp.got[0])
        assert "> Do you ship to Rome?" in plain(smtp.got[0])
        await shows(ana, "/messages?state=waiting", "Vera")

        imap.put(reply(smtp.got[0], "Via Roma 1, please."))
        await shows(ana, "/messages", "Via Roma 1, please.")
        await shows(ana, f"/messages/{chat}", "Via Roma 1, please.")
        assert imap.unread() == 0

        await answers(ana, chat, "It is on its way.", "done")
        await eventually(lambda: len(smtp.got) == 2, "the second answer", within=20)
        assert smtp.got[1]["In-Reply-To"] == "<from-vera@example.com>"
        page = await shows(ana, f"/messages/{chat}", "It is on its way.")
        assert page.count("Via Roma 1, please.") == 1
        await shows(ana, "/messages?state=done", "Vera")


async def test_vera_has_the_transcript_by_mail_without_the_notes(
    start_server: Callable[..., RunningServer], smtp: SmtpServer
) -> None:
    server = start_server(smtp_url=smtp.url, mail_from="help@lana.example")
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Where is my parcel?", name="Vera")
    early = await vera.command("transcript", email="vera@example.com")
    assert early["t"] == "nack", "nobody has answered"
    await ben.gets(vera.chat)
    await ben.command("note", chat=vera.chat, text="Third time she asks")
    await ben.answers(vera.chat, "On its way")
    await vera.reads("On its way")
    for wrong in ("vera at home", "vera@example.com, ben@example.com", "a@b.com\r\nBcc: c@d.com"):
        assert (await vera.command("transcript", email=wrong))["t"] == "nack"

    async def refused(cid: str) -> str:
        return str((await vera.command("transcript", cid=cid, email="vera@example.com")).get("code", ""))

    async def acked(cid: str) -> bool:
        return (await vera.command("transcript", cid=cid, email="vera@example.com"))["t"] == "ack"

    cids = [new_cid() for _ in range(4)]
    await eventually(lambda: acked(cids[0]), "the answer to be archived", within=20)
    assert await acked(cids[0]), "the same again is the same mail"
    await eventually(lambda: smtp.got, "the transcript", within=20)
    text = plain(smtp.got[0])
    assert "Vera: Where is my parcel?" in text
    assert "Ben: On its way" in text
    assert "Third time" not in text
    assert smtp.to == [["vera@example.com"]]
    assert [await acked(cid) for cid in cids[1:3]] == [True, True]
    assert await refused(cids[3]) == "enough_transcripts", "three a day; nothing else she sends waits for it"
