"""From the outbox to a real mail server: with retries, under one Message-ID; a dead server loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.archive.database import Database, now_ms
from console.archive.history import History
from console.archive.mail_outbox import MailLine, MailOutbox
from console.archive.outbox import BACK_OFF, LEASE
from console.config import read_settings
from console.domain.directory import Directory
from console.domain.mail import Letter
from console.mail.post import Post
from console.mail.sender import MailSender
from console.mail.smtp import SmtpClient
from tests.support.archive_feed import fresh_database
from tests.support.eventually import eventually
from tests.support.mail_servers import SmtpServer, plain

TO_VERA = Letter(to="vera@example.com", subject="Your key", text="Hello Vera\n\nhttps://lana.example/key", kind="reset")


class Clock:
    ahead = 0

    def __call__(self) -> int:
        return now_ms() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with fresh_database(tmp_path, busy=500) as database:
        yield database


@pytest.fixture
async def server() -> AsyncIterator[SmtpServer]:
    async with SmtpServer() as server:
        yield server


@pytest.fixture
def post(database: Database, server: SmtpServer, clock: Clock) -> Post:
    settings = read_settings({}, smtp_url=server.url, mail_from="Lana <help@lana.example>")
    post = Post(settings, database, History(database), lambda: Directory(1))
    post.outbox.clock = clock
    assert post.server is not None
    post.server = SmtpClient(post.server.server, limit=0.5)
    return post


@asynccontextmanager
async def sending(post: Post) -> AsyncIterator[None]:
    assert post.server is not None
    task = asyncio.create_task(MailSender(post.outbox, post.write, post.server.deliver, leads=lambda: True).run())
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def ended(outbox: MailOutbox, code: str) -> MailLine:
    async def line() -> MailLine | None:
        return next((one for one in await outbox.latest() if one.code == code), None)

    return await eventually(line, f"a mail that is {code}")


async def test_a_mail_arrives_as_plain_text_and_html_from_the_sender(post: Post, server: SmtpServer) -> None:
    await post.outbox.post(TO_VERA)
    async with sending(post):
        line = await ended(post.outbox, "sent")
    (mail,) = server.got
    assert (mail["From"], mail["To"], mail["Subject"]) == ("Lana <help@lana.example>", "vera@example.com", "Your key")
    assert server.to == [["vera@example.com"]]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@lana.example>")
    assert plain(mail).strip() == TO_VERA.text
    html = mail.get_body(("html",))
    assert html is not None
    assert '<a href="https://lana.example/key"' in html.get_content()
    assert line.tries == 1


async def test_what_was_sent_keeps_no_text(post: Post, database: Database) -> None:
    await post.outbox.post(TO_VERA)
    async with sending(post):
        await ended(post.outbox, "sent")
    async with database.reading() as connection:
        texts = (await connection.exec_driver_sql("SELECT text FROM mails")).scalars().all()
    assert texts == [""]


async def test_a_mail_that_is_not_taken_yet_is_sent_later_under_the_same_message_id(
    post: Post, server: SmtpServer, clock: Clock
) -> None:
    server.says = "451 try later"
    await post.outbox.post(TO_VERA)
    async with sending(post):
        assert (await ended(post.outbox, "failed")).detail == "451 try later"
        server.says = ""
        clock.ahead = BACK_OFF[0] + 1
        post.outbox.wake()
        assert (await ended(post.outbox, "sent")).tries == 2
    assert len(server.got) == 1


async def test_a_refused_mail_is_given_up_at_once_and_can_be_sent_again(post: Post, server: SmtpServer) -> None:
    server.refuses = "550 nobody here"
    await post.outbox.post(TO_VERA)
    async with sending(post):
        assert (await ended(post.outbox, "refused")).detail == "550 nobody here"
        server.refuses = ""
        (dead,) = await post.outbox.dead()
        assert await post.outbox.retry(dead.id)
        await ended(post.outbox, "sent")
    assert await post.outbox.dead() == []
    assert plain(server.got[0]).strip() == TO_VERA.text


async def test_after_a_cut_in_the_middle_it_comes_again_with_the_same_message_id(
    post: Post, server: SmtpServer, clock: Clock
) -> None:
    server.cuts = 1
    await post.outbox.post(TO_VERA)
    async with sending(post):
        await ended(post.outbox, "away")
        clock.ahead = BACK_OFF[0] + 1
        post.outbox.wake()
        await ended(post.outbox, "sent")
    first, second = server.got
    assert first["Message-ID"] == second["Message-ID"], "whoever reads mail sees one"


async def test_a_sender_that_was_killed_after_sending_sends_it_again_as_the_same_mail(
    post: Post, server: SmtpServer, clock: Clock
) -> None:
    await post.outbox.post(TO_VERA)
    (mail,), _ = await post.outbox.claim("killed", 9)
    written = await post.write(mail)
    assert post.server is not None
    assert written is not None
    assert (await post.server.deliver(written)).sent
    clock.ahead = LEASE + 1
    async with sending(post):
        await ended(post.outbox, "sent")
    assert len({one["Message-ID"] for one in server.got}) == 1
    assert len(server.got) == 2


async def test_a_silent_server_is_tried_with_one_mail_and_all_others_follow_when_it_is_back(
    post: Post, server: SmtpServer, clock: Clock
) -> None:
    server.silent = True
    for _ in range(6):
        await post.outbox.post(TO_VERA)
    async with sending(post):
        await ended(post.outbox, "slow")
        server.silent = False
        clock.ahead = BACK_OFF[0] + 1
        post.outbox.wake()

        async def all_sent() -> bool:
            return all(one.code == "sent" for one in await post.outbox.latest())

        await eventually(all_sent, "all six mails")
    assert len(server.got) == 6


async def test_a_server_that_is_gone_loses_nothing(post: Post, server: SmtpServer, clock: Clock) -> None:
    await server.stop()
    await post.outbox.post(TO_VERA)
    async with sending(post):
        await ended(post.outbox, "away")
        await server.start()
        clock.ahead = BACK_OFF[0] + 1
        post.outbox.wake()
        await ended(post.outbox, "sent")


async def test_a_mail_that_came_too_late_is_not_sent(post: Post, server: SmtpServer, clock: Clock) -> None:
    await post.outbox.post(Letter(to="vera@example.com", kind="reset", text="old link", expires=now_ms() + 1_000))
    clock.ahead = 2_000
    async with sending(post):
        await ended(post.outbox, "expired")
    assert server.got == []
    assert await post.outbox.dead() == []


@pytest.mark.parametrize(
    "to",
    [
        "vera@example.com, ben@example.com",
        "a@b.com\r\nBcc: all@b.com",
        "Vera <a@b.com>",
        "",
        "a@b@c",
        "x" * 250 + "@b.co",
    ],
)
async def test_only_one_mailbox_gets_a_mail(post: Post, to: str) -> None:
    with pytest.raises(ValueError, match="one mailbox"):
        await post.outbox.post(Letter(to=to, subject="Hi", text="Hi", kind="reset"))


async def test_line_breaks_in_a_subject_make_no_headers(post: Post, server: SmtpServer) -> None:
    letter = Letter(to="vera@example.com", subject="Hi\r\nBcc: all@b.com\n\n<script>", text="<b>&", kind="reset")
    await post.outbox.post(letter)
    async with sending(post):
        await ended(post.outbox, "sent")
    (mail,) = server.got
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hi Bcc: all@b.com <script>"
    html = mail.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;&amp;" in html.get_content()
