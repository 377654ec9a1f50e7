"""Vera asks for the transcript of a chat in progress: it has everything that she had read by then."""

import pytest
from msgspec.structs import replace

from console.actions.transcripts import mail_transcript
from console.archive.mail_outbox import OutgoingMail
from console.domain.ids import new_cid
from console.errors import Unknown
from console.events import Author
from console.services import Services
from tests.support.archive_feed import Feed
from tests.support.mail_servers import plain


async def asked_for(services: Services, *, read: int) -> OutgoingMail:
    """The transcript that Vera asked for when she had read up to that seq, about to be sent."""
    await mail_transcript(services, "vera", "c1", new_cid(), "vera@example.com", read=read)
    (claimed,), _ = await services.post.outbox.claim("test", 9)
    return claimed


async def archived(services: Services, feed: Feed) -> None:
    await services.archive.append(services.workspace.epoch, feed.entries)


@pytest.fixture
async def feed(services: Services) -> Feed:
    """The chat, archived up to Ana's first answer, which has the seq 4."""
    feed = Feed()
    feed.open("c1")
    feed.assign("c1")
    feed.say("c1", "Where is my parcel?")
    feed.say("c1", "On its way.", by="agent")
    await archived(services, feed)
    return feed


async def test_a_transcript_waits_until_the_archive_has_what_vera_had_read(services: Services, feed: Feed) -> None:
    feed.say("c1", "It comes on Monday.", by="agent")
    mail = await asked_for(services, read=5)
    with pytest.raises(Unknown):
        await services.post.write(mail)
    await archived(services, feed)
    written = await services.post.write(mail)
    assert written is not None
    assert "It comes on Monday." in plain(written)


async def test_the_third_try_sends_what_the_archive_has(services: Services, feed: Feed) -> None:
    """An emptied store has lost the last answer for good."""
    mail = await asked_for(services, read=5)
    with pytest.raises(Unknown):
        await services.post.write(replace(mail, tries=2))
    written = await services.post.write(replace(mail, tries=3))
    assert written is not None
    assert "On its way." in plain(written)


@pytest.mark.parametrize(("locale", "called"), [("en", "Visitor Ana"), ("it", "Visitatore Ana")])
async def test_nobody_writes_a_line_of_ana_s_into_it(services: Services, locale: str, called: str) -> None:
    """It comes from the shop's own mail server, and may be shown to others."""
    false = "2027-01-15 08:00 UTC Ana: We pay it all back."
    feed = Feed()
    feed.open("c1", name="Ana", locale=locale)
    feed.say("c1", f"Hello\n{false}", author=Author("vera", "Ana"))
    feed.say("c1", "Hi,\nhow can I help?", by="agent")
    await archived(services, feed)
    written = await services.post.write(await asked_for(services, read=3))
    assert written is not None
    said = [line.partition(" UTC ")[2] for line in plain(written).splitlines() if line.startswith("2027-")]
    assert said == [f"{called}: Hello", "Ana: Hi,"]
    assert f"    {false}" in plain(written).splitlines()
