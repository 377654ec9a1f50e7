"""Replies in a real mailbox: stored once, then marked as read; a mailbox that was down is read again."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from console.background.incoming_mail import IncomingMails
from console.mail.imap import Mailbox, MailboxAway
from console.mail.reading import LARGEST, identity_of
from console.services import Services
from tests.support.eventually import eventually
from tests.support.mail_servers import ImapServer


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    server = ImapServer()
    server.start()
    await eventually(server.answers, "the IMAP server", within=20)
    yield server
    server.stop()


def fetching(services: Services, imap: ImapServer) -> IncomingMails:
    services.settings = dataclasses.replace(services.settings, imap_url=imap.url)
    return IncomingMails(services, lambda: True)


def a_mail(n: int) -> bytes:
    return f"From: x@example.com\r\nMessage-ID: <m{n}@example.com>\r\n\r\nHello {n}\r\n".encode()


async def test_what_is_unread_is_kept_once_and_marked(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    imap.put(a_mail(1))
    imap.put(a_mail(2))
    await work.fetch()
    assert len(await services.inbox.aside()) == 2
    assert imap.unread() == 0
    imap.put(a_mail(2))  # the same mail by another way
    await work.fetch()
    assert len(await services.inbox.aside()) == 2
    assert imap.unread() == 0


async def test_what_was_kept_and_not_marked_is_no_second_mail(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    imap.put(a_mail(1))
    assert await services.inbox.add(a_mail(1), identity_of(a_mail(1)))  # and then the process was killed
    await work.fetch()
    assert len(await services.inbox.aside()) == 1
    assert imap.unread() == 0


async def test_a_mail_that_is_too_large_is_set_aside_with_its_beginning(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    imap.put(a_mail(1) + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * (LARGEST // 72))
    await work.fetch()
    (aside,) = await services.inbox.aside()
    assert aside.detail == "The mail is too large."
    raw = await services.inbox.raw(aside.id)
    assert raw is not None
    assert raw.startswith(b"From: x@example.com")
    assert len(raw) < 100_000


async def test_no_more_is_held_in_memory_than_a_few_large_mails(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    large = a_mail(1) + (b"y" * 70 + b"\r\n") * (LARGEST * 6 // 10 // 72)
    for n in range(3):
        imap.put(large.replace(b"m1@", b"m%d@" % n))
    assert work.server is not None
    mailbox = Mailbox(work.server)
    assert len(mailbox.fetch()) == 2
    mailbox.close()
    await work.fetch()
    await work.fetch()
    assert len(await services.inbox.aside()) == 3


async def test_a_mailbox_that_is_away_is_looked_into_again(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    imap.stop()
    await work.fetch()  # says so in the log, and goes on
    imap.start()
    await eventually(imap.answers, "the IMAP server to be back", within=20)
    imap.put(a_mail(1))
    await work.fetch()
    assert len(await services.inbox.aside()) == 1


async def test_a_wrong_password_is_not_repeated_in_the_error(services: Services, imap: ImapServer) -> None:
    work = fetching(services, imap)
    assert work.server is not None
    with pytest.raises(MailboxAway) as refused:
        Mailbox(work.server._replace(password="s3cret-word")).fetch()
    assert "s3cret-word" not in str(refused.value)
