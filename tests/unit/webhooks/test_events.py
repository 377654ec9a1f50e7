"""What other systems receive about a chat, and what they never receive."""

import json
import re
from pathlib import Path
from typing import Any

from console.domain.webhooks import KINDS
from console.events import (
    AnyFact,
    Author,
    BotAssigned,
    Ended,
    Invited,
    Labelled,
    LanguageSet,
    Late,
    Message,
    Note,
    NoteRedacted,
    Presence,
    Profile,
    Rated,
    Redacted,
    Released,
    Renamed,
    Transferred,
    Unreadable,
    Visitor,
    Watched,
)
from console.webhooks.events import EVENTS, event_of
from tests.support.archive_feed import ANA, Feed


def heard(fact: AnyFact | Unreadable) -> dict[str, Any]:
    event = event_of("evt_1", fact)
    assert event is not None
    return dict(json.loads(event.body))


def test_an_opened_chat_tells_who_where_and_by_which_channel() -> None:
    opened = Feed().open("c1", email="vera@example.com", locale="it", page="https://shop/", fields={"plan": "premium"})
    said = heard(opened.fact)
    assert (said["type"], said["timestamp"]) == ("chat.opened", "2027-01-15T08:00:01.000Z")
    assert said["data"] == {
        "chat": "c1",
        "seq": 1,
        "visitor": {"id": "vera", "name": "Vera", "email": "vera@example.com"},
        "queue": "support",
        "site": "demo",
        "channel": "web",
        "locale": "it",
        "page": "https://shop/",
        "fields": {"plan": "premium"},
    }


def test_a_message_tells_who_wrote_it() -> None:
    feed = Feed()
    feed.open("c1")
    assert heard(feed.say("c1", "Hello?", cid="a-1").fact)["data"] == {
        "chat": "c1",
        "seq": 2,
        "by": "visitor",
        "cid": "a-1",
        "text": "Hello?",
    }
    assert heard(feed.say("c1", "Hi!", by="agent").fact)["data"]["author"] == {"id": "ana", "name": "Ana"}


def test_notes_whispers_and_what_only_staff_see_are_no_events() -> None:
    feed = Feed()
    feed.open("c1")
    note = feed.note("c1", "She is angry")
    redacted = feed.add(NoteRedacted, chat="c1", of=2, fact=note.fact)
    invited = feed.add(Invited, chat="c1", author=ANA, cid="x", agent="ben", name="Ben")
    assert [event_of("e", one.fact) for one in (note, redacted, invited)] == [None, None, None]
    assert not {Note, NoteRedacted, Watched, Presence, Unreadable} & EVENTS.keys()
    handed = feed.add(Transferred, chat="c1", author=ANA, cid="t", agent="ana", queue="level-2", due=0, note="secret")
    assert "secret" not in json.dumps(heard(handed.fact))
    assert heard(handed.fact)["data"]["queue"] == "level-2"


def test_what_a_bot_had_says_which_bot_and_why_no_longer() -> None:
    feed, robin = Feed(), Author("robin", "Robin")
    feed.open("c1")
    assert heard(feed.add(BotAssigned, chat="c1", bot="robin", name="Robin").fact)["data"]["bot"]["name"] == "Robin"
    handed = {"cid": "t", "agent": "", "queue": "support", "due": 9, "bot": "robin", "why": "handed", "note": "secret"}
    told = heard(feed.add(Transferred, chat="c1", author=robin, **handed).fact)
    assert (told["data"]["bot"], told["data"]["why"]) == ("robin", "handed")
    assert "secret" not in json.dumps(told)
    ended = heard(feed.add(Ended, chat="c1", why="agent", author=robin, bot="robin", solved=True).fact)["data"]
    assert (ended["bot"], ended["solved"]) == ("robin", True)


def test_a_redacted_message_tells_the_text_as_it_is_now() -> None:
    feed = Feed()
    feed.open("c1")
    first = feed.say("c1", "4111 1111")
    now = Message(at=first.fact.at, chat="c1", seq=2, prev=1, by="visitor", author=Author("vera"), cid="a", text="•••")
    said = heard(feed.add(Redacted, chat="c1", of=2, fact=now).fact)
    assert (said["type"], said["data"]["of"], said["data"]["text"]) == ("message.redacted", 2, "•••")


def test_every_kind_that_can_be_chosen_happens() -> None:
    feed = Feed()
    feed.open("c1")
    facts = [
        feed.add(Released, chat="c1", agent="ana", why="gone"),
        feed.add(Late, chat="c1", queue="support", due=1),
        feed.add(Profile, chat="c1", visitor=Visitor("vera", "Vera"), page="https://shop/2"),
        feed.add(Renamed, chat="c1", author=ANA, cid="n", name="Mrs Vera"),
        feed.add(Labelled, chat="c1", author=ANA, cid="l", reason="Refund", tags=["vip"]),
        feed.add(LanguageSet, chat="c1", by="text", language="it"),
        feed.add(Rated, chat="c1", score=5, cid="r", comment="Great"),
    ]
    assert [heard(one.fact)["data"].get("reason", "") for one in facts][4] == "Refund"
    assert heard(facts[5].fact)["data"] == {
        "chat": "c1",
        "seq": facts[5].fact.seq,
        "language": "it",
        "language_by": "text",
    }
    assert {kind for kind, _ in EVENTS.values()} | {"chat.erased"} == set(KINDS)


def test_the_docs_describe_every_kind() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
    assert set(re.findall(r"^\| `([a-z.]+)` \|", docs, re.MULTILINE)) == set(KINDS)
