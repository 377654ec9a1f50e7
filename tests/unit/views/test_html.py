"""Ana's view of a chat: every fact is rendered, all text is escaped, and nothing replaces her composer."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest

from console.domain.directory import Directory, Member, Queue
from console.events import (
    AnyChatFact,
    AnyLanguage,
    Asked,
    Assigned,
    Author,
    BotAssigned,
    Ended,
    Handled,
    Invited,
    Kept,
    Labelled,
    LanguageSet,
    Late,
    LeaveReason,
    Mailed,
    Message,
    NoReply,
    Note,
    NoteRedacted,
    Offered,
    Opened,
    Overdue,
    Overflowed,
    Profile,
    PromiseBroken,
    Rated,
    Redacted,
    Released,
    Renamed,
    Reopened,
    Tended,
    Transferred,
    Turn,
    Visitor,
    Withdrawn,
    Wrapped,
)
from console.projection.current import Current
from console.projection.picture import AgentState, ChatState
from console.projection.statistics import DayFigures, bucket_of
from console.protocol.outbound import InvitedTo, ToWrapUp
from console.views.html import WINDOW, HtmlViews, Strip
from console.views.linkify import linkify, page_label
from tests.support.link_cases import CASES

QUEUES = {"support": Queue("support", "Support"), "billing": Queue("billing", "Billing")}
TEAM = {name.lower(): Member(name.lower(), name, f"{name.lower()}@example.com") for name in ("Ana", "Ben")}
VIEWS = HtmlViews(Current(directory=Directory(0, queues=QUEUES, members=TEAM)))
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} {% include 'base.html' %}",
    "{{constructor.constructor('x')()}}",
    '<div hx-get="/chats" hx-trigger="load"></div>',
    '<div hx-swap-oob="true" id="pane-1">x</div>',
    '<hx-partial hx-target="#main" hx-swap="innerHTML">gone</hx-partial>',
    "</hx-upsert><hx-partial hx-target=body>",
    "</template></textarea></p></li><a id=config href=//evil>x</a>",
    "javascript:alert(1) data:text/html,x vbscript:x",
    "' autofocus onfocus=alert(1) x='",
]
OURS = {
    "li",
    "p",
    "span",
    "bdi",
    "time",
    "div",
    "h2",
    "ol",
    "a",
    "q",
    "button",
    "blockquote",
    "hx-upsert",
    "hx-partial",
}
WHY = '<button type="button" class="why" aria-expanded="false"></button>'


def line(**changes: object) -> ChatState:
    values: dict[str, object] = {"name": "Giulia", "locale": "it-IT", "slot": 2, "page": "https://shop.example/tv?x=1"}
    where = {"id": "abc", "place": "active", "queue": "support", "visitor": "v4f2"}
    return ChatState(**{**where, **values, **changes})  # type: ignore[arg-type]


def said(text: str, seq: int = 3) -> Message:
    return Message(at=1, chat="abc", seq=seq, prev=2, by="visitor", author=Author("v4f2"), cid="c" * 22, text=text)


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def inert(html: str) -> None:
    """Only our own elements, no handler, no target but ours, no address but http(s) or our own pages."""
    found = Elements(html)
    assert set(found.tags) <= OURS
    assert found.tags.count("button") == html.count(WHY)
    for name, value in found.attributes:
        assert not name.startswith("on")
        assert name not in {"autofocus", "style", "hx-get", "hx-swap-oob", "src"}
        if name == "hx-target":
            assert re.fullmatch(r"#(log-abc|who-2|talk-2)", value)
        if name == "href":
            assert re.match(r"https?://", value)


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_text_of_a_visitor_stays_text(attack: str) -> None:
    fields = {attack: attack}
    chat = line(name=attack, email=attack, page=attack, title=attack, locale=attack, fields=fields)
    visitor = Visitor(id="v4f2", name=attack, email=attack)
    facts: list[AnyChatFact] = [
        Opened(at=1, chat="abc", seq=1, prev=0, visitor=visitor, queue="support", site="demo", due=1, page=attack,
               title=attack, referrer=attack, agent_string=attack, locale=attack, fields=fields),
        said(attack),
        Rated(at=1, chat="abc", seq=4, prev=3, score=1, cid="r" * 22, comment=attack),
        Profile(at=1, chat="abc", seq=5, prev=4, visitor=visitor, page=attack, title=attack, fields=fields),
        Note(at=1, chat="abc", seq=6, prev=4, author=Author("ben", attack), cid="n" * 22, text=attack),
    ]  # fmt: skip
    inert(VIEWS.pane(2, chat, facts, locale="en", now=5))
    for fact in facts:
        inert(VIEWS.fact(fact, chat, locale="it"))
    assert attack in "".join(Elements(VIEWS.fact(said(attack), chat, locale="en")).texts)


def every_kind() -> list[AnyChatFact]:
    turn = Turn(seq=1, asked=1, waited=7_100, mine=6_900, late=True)
    ana = Author("ana", "Ana")
    where = {"at": 1, "chat": "abc", "prev": 0}
    return [
        Opened(seq=1, visitor=Visitor("v"), queue="support", site="demo", due=1, title="TV", **where),
        Message(seq=2, by="agent", author=ana, cid="a" * 22, text="ciao", turn=turn, **where),
        Note(seq=3, author=ana, cid="b" * 22, text="hm", **where),
        Assigned(
            seq=4, agent="ana", name="Ana", slot=2, why="last_agent", candidates=2, clocks=0, waited=4_200, **where
        ),
        Released(seq=5, agent="ana", why="gone", **where),
        NoReply(seq=6, author=ana, cid="c" * 22, turn=turn, **where),
        Late(seq=7, queue="support", due=1, **where),
        Asked(seq=8, **where),
        Ended(seq=9, why="silent", **where),
        Reopened(seq=10, visitor=Visitor("v"), queue="support", site="demo", due=1, opened=1, **where),
        Rated(seq=11, score=4, cid="d" * 22, **where),
        Profile(seq=12, visitor=Visitor("v"), **where),
        Handled(seq=13, author=ana, cid="e" * 22, **where),
        Mailed(seq=14, by="visitor", author=Author("vera"), cid="m" * 22, text="<b>Hi</b>", mail="a@b", **where),
        Tended(seq=15, author=ana, cid="n" * 22, owner="sam", name="<b>Sam</b>", **where),
        Offered(seq=14, agent="ana", name="Ana", slot=2, until=9, candidates=1, clocks=0, **where),
        Withdrawn(seq=15, agent="ana", why="missed", **where),
        Overflowed(seq=16, queue="billing", **where),
        AnyLanguage(seq=16, **where),
        Overdue(seq=16, queue="support", due=1, agent="ana", **where),
        Transferred(seq=17, author=ana, cid="f" * 22, agent="ana", queue="billing", due=1, note="VIP", **where),
        BotAssigned(seq=17, bot="robin", name="<b>Robin</b>", **where),
        Invited(seq=18, author=ana, cid="g" * 22, agent="ben", name="Ben", **where),
        Renamed(seq=19, author=ana, cid="i" * 22, name="<b>Vera</b>", **where),
        LanguageSet(seq=19, author=ana, cid="j" * 22, by="agent", language="it", **where),
        Labelled(seq=19, author=ana, cid="h" * 22, reason="Refund", tags=["vip", "film"], **where),
        Wrapped(seq=20, agent="ana", why="time", took=20_000, **where),
        PromiseBroken(seq=21, agent="ana", due=1, **where),
        Redacted(seq=22, of=2, fact=said("••••"), **where),
        NoteRedacted(seq=23, of=3, fact=Note(seq=3, author=ana, cid="b" * 22, text="••••", **where), **where),
    ]  # type: ignore[arg-type]


@pytest.mark.parametrize("fact", every_kind(), ids=lambda fact: type(fact).__name__)
@pytest.mark.parametrize("locale", ["en", "it"])
def test_every_kind_of_fact_has_one_line_in_words(fact: AnyChatFact, locale: str) -> None:
    html = str(VIEWS.line(fact, line(), locale=locale))
    found = Elements(html)
    assert found.tags.count("li") == 1
    assert ("id", f"m-abc-{fact.seq}") in found.attributes
    assert ("data-seq", str(fact.seq)) in found.attributes
    assert len("".join(found.texts).split()) > 1


TRACES = [
    (
        {
            "why": "least_pressure",
            "candidates": 3,
            "clocks": 1,
            "waited": 12_400,
            "stuck": "all_busy",
            "expected": 10_000,
        },
        "Assigned to Ana after 12 s in line (everyone was full) · fewest running clocks"
        " · one of 3 with a free slot · 1 clock running · expected wait 10 s",
    ),
    (
        {"why": "next_in_line", "candidates": 1, "clocks": 0, "waited": 5_000, "line": "billing", "stuck": "language"},
        "Assigned to Ana after 5.0 s in line (no free agent spoke the language) · next in line · from Billing",
    ),
    ({"why": "accepted", "candidates": 1, "clocks": 0, "waited": 900}, "Assigned to Ana: accepted the offer"),
    ({"why": "transferred", "candidates": 0, "clocks": 0, "waited": 0}, "Assigned to Ana: transferred"),
]


@pytest.mark.parametrize(("trace", "words"), TRACES, ids=[str(trace["why"]) for trace, _ in TRACES])
def test_why_this_agent_and_why_the_wait_stand_in_words(trace: dict[str, Any], words: str) -> None:
    fact = Assigned(at=1, chat="abc", seq=4, prev=3, agent="ana", name="Ana", slot=2, **trace)
    assert in_words(fact) == words


def in_words(fact: AnyChatFact) -> str:
    """The line's text, its time left out."""
    html = str(VIEWS.line(fact, line(), locale="en"))
    return " ".join("".join(Elements(html[: html.index("<time")]).texts).split())


HAND_OVERS = [
    ({"to": "ben", "note": "VIP"}, "Ana transferred it to Ben VIP"),
    ({}, "Ana transferred it to Billing"),
]


@pytest.mark.parametrize(("more", "words"), HAND_OVERS)
def test_a_hand_over_says_to_whom_and_what_was_noted(more: dict[str, str], words: str) -> None:
    ana, where = Author("ana", "Ana"), {"at": 1, "chat": "abc", "seq": 4, "prev": 3}
    fact = Transferred(author=ana, cid="c" * 22, agent="ana", queue="billing", due=1, **where, **more)  # type: ignore[arg-type]
    assert in_words(fact) == words


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("handed", "The bot Robin handed it over VIP"),
        ("asked", "The visitor asked for a person"),
        ("silent", "The bot Robin did not answer in time"),
        ("gone", "The bot Robin lost the connection"),
    ],
)
def test_it_says_why_people_have_a_bots_chat(why: LeaveReason, words: str) -> None:
    where = {"at": 1, "chat": "abc", "seq": 4, "prev": 3, "note": "VIP" if why == "handed" else ""}
    robin = Author("robin", "Robin")
    fact = Transferred(author=robin, cid="", agent="", queue="billing", due=1, bot="robin", why=why, since=1, **where)  # type: ignore[arg-type]
    assert in_words(fact) == words


def test_a_bots_message_is_marked_and_what_it_solved_is_said() -> None:
    said_by_bot = Message(by="bot", author=Author("robin", "Robin"), text="Till six.", **WHERE)  # type: ignore[arg-type]
    assert '<bdi>Robin</bdi> <span class="chip">Bot</span>' in str(VIEWS.line(said_by_bot, line(), locale="en"))
    solved = Ended(
        at=1, chat="abc", seq=9, prev=0, why="bot", author=Author("robin", "Robin"), bot="robin", solved=True
    )
    assert in_words(solved) == "Robin ended the chat · solved by the bot"


WHERE = {"at": 1_000, "chat": "abc", "seq": 6, "prev": 4, "cid": "n" * 22}


def test_a_whisper_is_told_from_a_note() -> None:
    note = Note(author=Author("sam", "Sam"), text="refund him", whisper=True, **WHERE)  # type: ignore[arg-type]
    html = str(VIEWS.line(note, line(), locale="en"))
    assert 'class="m note whisper"' in html
    assert "Internal whisper" in html


def test_an_answer_says_what_it_promises_and_what_it_kept() -> None:
    ana = Author("ana", "Ana")
    holding = Message(by="agent", author=ana, text="One moment", promise=121_000, **WHERE)  # type: ignore[arg-type]
    html = str(VIEWS.line(holding, line(), locale="en"))
    assert 'data-promise="121000" data-promised="1000"' in html
    assert "promised to be back within 2:00" in html
    for kept, words in ((True, "promise kept"), (False, "promise broken")):
        answer = Message(by="agent", author=ana, text="Here", promised=Kept(8, kept), **WHERE)  # type: ignore[arg-type]
        assert words in str(VIEWS.line(answer, line(), locale="en"))


def test_the_kinds_tried_are_all_there_are() -> None:
    assert {type(fact) for fact in every_kind()} == set(AnyChatFact.__args__)


@pytest.mark.parametrize("draw", [VIEWS.fact, lambda fact, chat, *, locale: VIEWS.lines(fact, chat, locale=locale)])
def test_a_redaction_draws_the_earlier_message_again(draw: Callable[..., str]) -> None:
    changed = Redacted(at=9, chat="abc", seq=22, prev=21, of=3, fact=said("••••"))
    html = str(draw(changed, line(), locale="en"))
    assert [value for name, value in Elements(html).attributes if name == "data-seq"] == ["3", "22"]
    assert "••••" in html


def test_a_message_says_that_a_card_number_was_hidden() -> None:
    plain, hidden = said("••••"), msgspec.structs.replace(said("••••"), hidden=True)
    assert "card number hidden" in str(VIEWS.line(hidden, line(), locale="en"))
    assert "card number hidden" not in str(VIEWS.line(plain, line(), locale="en"))


def test_a_fact_goes_to_its_own_log_in_its_own_place() -> None:
    html = VIEWS.fact(said("ciao"), line(), locale="en")
    assert html.startswith('<hx-upsert hx-target="#log-abc" key="data-seq" sort><li id="m-abc-3"')
    assert "hx-partial" not in html


def test_a_pane_begins_with_the_last_lines_of_a_long_chat() -> None:
    facts = [msgspec.structs.replace(said("ciao"), seq=seq) for seq in range(1, 1_001)]
    html = VIEWS.pane(2, line(), facts, locale="en", now=5)
    seqs = [int(value) for name, value in Elements(html).attributes if name == "data-seq"]
    assert seqs == list(range(1_001 - WINDOW, 1_001))


def test_older_lines_say_what_they_were_asked_for_with() -> None:
    html = VIEWS.older([said("ciao")], line(), before=4, locale="en")
    assert html.startswith('<hx-upsert hx-target="#log-abc" key="data-seq" sort before="4"><li id="m-abc-3"')


def test_a_changed_profile_redraws_the_head_as_well() -> None:
    fact = Profile(at=1, chat="abc", seq=9, prev=1, visitor=Visitor("v", name="Giulia Ferri"))
    html = VIEWS.fact(fact, line(name="Giulia Ferri"), locale="en")
    assert '<hx-partial hx-target="#who-2" hx-swap="outerMorph">' in html
    assert "Giulia Ferri" in html


def test_no_fragment_is_ever_aimed_at_a_composer() -> None:
    strip = VIEWS.strip(Strip(AgentState("ana", "Ana"), 1, 1, 1, 4_100, None, 5), locale="en")
    everything = VIEWS.welcome({2: VIEWS.pane(2, line(), every_kind(), locale="en", now=5)}, strip, locale="en", now=5)
    targets = set(re.findall(r'hx-target="([^"]+)"', everything))
    assert {target.split("-")[0] for target in targets} == {"#who", "#talk", "#strip"}
    assert not {"textarea", "form", "input"} & set(Elements(everything).tags)
    limits = everything.count("data-own-limit=")  # in the status menu, and no more buttons than these
    assert Elements(everything).tags.count("button") == everything.count(WHY) + limits


def test_a_welcome_redraws_all_six_panes() -> None:
    html = VIEWS.welcome({}, "", locale="en", now=5)
    assert re.findall(r'id="who-(\d)"', html) == list("123456")
    assert html.count("Free. The next chat opens here.") == 6


def test_a_visitor_without_a_name_is_called_by_the_end_of_the_id() -> None:
    assert 'data-name="Visitor 4f2"' in VIEWS.header(line(name=""), locale="en", now=5)
    assert 'data-name="Visitatore 4f2"' in VIEWS.header(line(name=""), locale="it", now=5)


def test_a_visitor_who_left_is_marked_with_when() -> None:
    assert 'data-left="77"' in VIEWS.header(line(here=False, left=77), locale="en", now=99)
    assert 'data-left="0"' in VIEWS.header(line(), locale="en", now=99)


def test_a_name_nobody_proved_says_so() -> None:
    assert ">unverified<" in VIEWS.header(line(email="g@example.com"), locale="en", now=5)
    assert ">verified<" in VIEWS.header(line(email="g@example.com", verified=True), locale="en", now=5)


def test_the_visitors_words_carry_the_visitors_language() -> None:
    assert '<p dir="auto" lang="it-IT">' in VIEWS.fact(said("ciao"), line(), locale="en")


def test_who_listens_hears_that_a_visitor_with_an_agents_name_is_a_visitor() -> None:
    where = {"at": 1, "chat": "abc", "seq": 3, "prev": 2, "cid": "c" * 22, "text": "ciao"}
    for by, names in (("visitor", {"Ana": "Visitor Ana", "": "Visitor"}), ("agent", {"Ana": "Ana"})):
        for name, heard in names.items():
            sent = Message(by=by, author=Author("a1", name), **where)  # type: ignore[arg-type]
            mailed = Mailed(by=by, author=Author("a1", name), mail="<m@shop.example>", **where)  # type: ignore[arg-type]
            for fact in (sent, mailed):
                _, _, html = VIEWS.fact(fact, line(), locale="en").partition('<span class="by')
                assert "".join(Elements('<span class="by' + html.partition("</span>")[0]).texts).strip() == heard


def test_the_strip_says_nothing_of_figures_before_the_first_answer() -> None:
    html = VIEWS.strip(Strip(AgentState("ana", "Ana", held={1: "a"}), 0, 0, 0, 0, None, 5), locale="en")
    assert ">1 / 6<" in html
    assert html.count("–") == 7  # on top, and in the day beneath
    assert "/chats" not in html


def test_the_strip_says_why_and_since_when_somebody_is_away() -> None:
    away = AgentState("ana", "Ana", status="away", reason="Lunch & tea", since=1_000)
    html = VIEWS.strip(Strip(away, 0, 0, 0, 0, None, 5, away_reasons=("Lunch & tea",)), locale="en")
    assert "Away: <bdi>Lunch &amp; tea</bdi>" in html
    assert 'data-at="1000" data-style="hour"' in html
    assert 'data-set-status="away" data-reason="Lunch &amp; tea"' in html
    missed = AgentState("ana", "Ana", status="away", reason="missed_offers")
    assert "<bdi>missed offers</bdi>" in VIEWS.strip(Strip(missed, 0, 0, 0, 0, None, 5), locale="en")


def test_an_agents_own_day_stands_in_full() -> None:
    day = DayFigures(
        n=50, within=48, broke=2, buckets={bucket_of(4_100): 50}, answers=44, answered_in_time=33, unanswered=6
    )
    ana = AgentState("ana", "Ana")
    html = VIEWS.strip(Strip(ana, 0, 0, 0, 4_100, 0.96, 5, day, promises=2, promise=9_000), locale="en")
    for part in (
        "<dd>44</dd>",
        "<dd>4.1 s</dd>",
        "(48 of 50)",
        '<dt>Answered in time</dt><dd>66% <span class="quiet">(33 of 50)',
        'data-at="9000"',
        '<dd>2 <span class="quiet">latest due',
    ):
        assert part in html, part


def test_visitors_without_names_differ_in_the_strip() -> None:
    invited = [InvitedTo(f"c{n}", "", "support", "Ben", f"v{n}-4f{n}") for n in (1, 2)]
    later = [ToWrapUp(f"c{n}", "", "support", 5, [], f"v{n}-4f{n}") for n in (3, 4)]
    strip = Strip(AgentState("ana", "Ana"), 0, 0, 0, 0, None, 5, invited=invited, to_wrap_up=later)
    html = VIEWS.strip(strip, locale="en")
    for n in (1, 2):
        assert f"<bdi>Visitor 4f{n}</bdi>" in html
    for n in (1, 2, 3, 4):
        assert f'data-name="Visitor 4f{n}"' in html


def test_what_canned_replies_are_filled_in_with_is_no_markup() -> None:
    head = VIEWS.header(line(name='"><b>', fields={"<i>": "</div>'"}, title="Wool"), locale="en", now=5)
    found = Elements(head)
    about = next(value for name, value in found.attributes if name == "data-about")
    assert json.loads(about)["visitor"] == '"><b>'
    assert json.loads(about)["fields"] == {"<i>": "</div>'"}
    assert not {"b", "i"} & set(found.tags)


def test_left_messages_are_counted_and_linked() -> None:
    html = VIEWS.strip(Strip(AgentState("ana", "Ana"), 0, 0, 3, 4_100, 0.96, 5), locale="it")
    assert 'href="/messages"' in html
    assert "messaggi lasciati" in html
    assert "4,1" in html
    assert "96%" in html


@pytest.mark.parametrize(("text", "addresses"), CASES, ids=str)
def test_only_web_addresses_become_links(text: str, addresses: list[str]) -> None:
    found = Elements(str(linkify(text)))
    assert [value for name, value in found.attributes if name == "href"] == addresses
    assert "".join(found.texts) == text


def test_a_page_of_links_is_no_more_than_linear_work() -> None:
    assert str(linkify("a@b.com " * 8_000)).count("<a ") == 0
    assert str(linkify("https://x" + ")" * 4_000)).count("<a ") == 1


def test_a_page_is_called_by_host_and_path() -> None:
    assert page_label("https://shop.example/tv?token=1#x") == "shop.example/tv"
    assert page_label("not an address") == "not an address"
    assert page_label("http://[bad") == "http://[bad"
