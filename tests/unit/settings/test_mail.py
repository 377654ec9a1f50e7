"""Ada sees the mail server and mails that were given up, and sends a test; nobody else may."""

from collections.abc import AsyncIterator

import httpx
import pytest

from console.config import read_settings
from console.domain.alert_delivery import Answer
from console.domain.mail import Letter
from console.mail.post import Post
from console.services import Services
from tests.support.mail_servers import SmtpServer, plain
from tests.unit.settings.forms import faults, saved

AT = "/settings/mail"


@pytest.fixture
async def server(services: Services) -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        settings = read_settings({}, smtp_url=server.url, mail_from="Lana <help@lana.example>")
        services.settings = settings
        services.post = Post(settings, services.database, services.history, lambda: services.directory)
        yield server


async def test_without_a_mail_server_the_page_says_what_to_set(ada: httpx.AsyncClient) -> None:
    page = (await ada.get(AT)).text
    assert "SESTETTO_SMTP_URL" in page
    assert "Send test" not in page


async def test_ada_sends_a_test_and_reads_what_came_of_it(ada: httpx.AsyncClient, server: SmtpServer) -> None:
    page = (await ada.post(f"{AT}/test", data={"csrf": await _csrf(ada), "to": "ada@example.com"})).text
    assert "Sent." in page
    assert "This is a test" in plain(server.got[0])
    server.refuses = "550 nobody here"
    page = (await ada.post(f"{AT}/test", data={"csrf": await _csrf(ada), "to": "ada@example.com"})).text
    assert "550 nobody here" in page


async def test_a_test_to_several_people_is_refused_beside_the_field(ada: httpx.AsyncClient, server: SmtpServer) -> None:
    answer = await ada.post(f"{AT}/test", data={"csrf": await _csrf(ada), "to": "a@b.com,c@d.com"})
    assert faults(answer.text) == ["Enter the address of one mailbox."]
    assert server.got == []


async def test_what_was_given_up_is_listed_as_text_and_sent_again(
    services: Services, ada: httpx.AsyncClient, server: SmtpServer
) -> None:
    outbox = services.post.outbox
    id = await outbox.post(Letter(to="vera@example.com", subject="<script>x</script>", text="Hi", kind="invitation"))
    (mail,), _ = await outbox.claim("me", 1)
    await outbox.record(mail, Answer("refused", "550 <b>no</b>"))
    page = (await ada.get(AT)).text
    assert "550 &lt;b&gt;no&lt;/b&gt;" in page
    assert "<script>x" not in page
    page = await saved(ada, AT, to=f"{AT}/retry", id=str(id))
    assert "It will be sent again in a moment." in page
    assert [one.id for one in (await outbox.claim("me", 1))[0]] == [id]


async def test_what_was_set_aside_is_a_download_and_no_page(services: Services, ada: httpx.AsyncClient) -> None:
    raw = b"From: x@example.com\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>"
    await services.inbox.add(raw, "")
    (mail,) = await services.inbox.pending()
    await services.inbox.settle(mail.id, "aside", detail="It answers no conversation.", sender="x@example.com")
    page = (await ada.get(AT)).text
    assert "It answers no conversation." in page
    got = await ada.get(f"{AT}/aside/{mail.id}.eml")
    assert (got.content, got.headers["content-type"]) == (raw, "application/octet-stream")
    assert got.headers["content-disposition"].startswith("attachment")


async def test_only_admins_see_mails(sam: httpx.AsyncClient, ana: httpx.AsyncClient) -> None:
    assert (await sam.get(AT)).status_code == 403
    assert (await ana.get(AT)).status_code == 403


async def _csrf(browser: httpx.AsyncClient) -> str:
    page = (await browser.get("/settings/password")).text
    return page.split('name="csrf" value="')[1].split('"')[0]
