"""Mails that were set aside: strangers can send any number, and the latest are kept."""

from collections.abc import AsyncIterator

import pytest

from console.archive import mail_inbox
from console.archive.mail_inbox import MailInbox
from tests.support.archive_feed import fresh_database


@pytest.fixture
async def inbox(database_url: str) -> AsyncIterator[MailInbox]:
    async with fresh_database(database_url) as database:
        yield MailInbox(database)


async def comes(inbox: MailInbox, n: int, size: int, code: str = "aside") -> None:
    await inbox.add(b"x" * size, f"m{n}")
    (mail,) = await inbox.pending()
    await inbox.settle(mail.id, code, sender=f"{n}")


async def kept(inbox: MailInbox) -> list[str]:
    return [mail.sender for mail in await inbox.aside()]


async def test_of_mails_set_aside_the_latest_hundred_megabytes_are_kept(
    inbox: MailInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mail_inbox.MOST_ASIDE_BYTES == 100_000_000
    monkeypatch.setattr(mail_inbox, "MOST_ASIDE_BYTES", 100)
    for n in range(4):
        await comes(inbox, n, 30)
    assert await kept(inbox) == ["3", "2", "1"]
    await comes(inbox, 4, 90)
    assert await kept(inbox) == ["4"]


async def test_of_small_mails_set_aside_the_latest_thousand_are_kept(
    inbox: MailInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mail_inbox.MOST_ASIDE == 1_000
    monkeypatch.setattr(mail_inbox, "MOST_ASIDE", 2)
    for n in range(3):
        await comes(inbox, n, 1)
    assert await kept(inbox) == ["2", "1"]


async def test_mails_that_were_taken_are_known_whatever_is_dropped(
    inbox: MailInbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_inbox, "MOST_ASIDE", 1)
    await comes(inbox, 1, 1, "taken")
    for n in (2, 3):
        await comes(inbox, n, 1)
    assert await kept(inbox) == ["3"]
    assert not await inbox.add(b"x", "m1")
