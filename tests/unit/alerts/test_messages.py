"""What an alert says: who has been waiting since when, in the rule's language, with visitors' names as plain text."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.alerts.detector import AlertedChat, News
from console.alerts.messages import message_of, plain, trial
from console.domain.alert_delivery import AlertMessage
from console.domain.alerts import EVENTS, KINDS, AlertRule, Incident, Kind, What
from console.domain.directory import Hours, Queue
from tests.support.alert_detector import CHATOPS, at

LEVEL2 = Queue("level2", "Level 2", hours=Hours("Europe/Paris"))
RULE = AlertRule("r1", "Partners", late=True, destinations=(CHATOPS,), quiet=300_000)
VERA = AlertedChat("c1", "Vera", at(0), at(90), "Ana")
ORIGIN = "https://chat.example"


def news(kind: Kind = "late", what: What = "opened", **more: object) -> News:
    incident = Incident("r1", kind, "level2", at(96), at(96), at(600), True, 14)
    made = News(RULE, what, incident, at(700), 1, [VERA])
    return replace(made, **more)  # type: ignore[arg-type]


def said(one: News, origin: str = ORIGIN, queue: Queue = LEVEL2) -> AlertMessage:
    return message_of(one, queue, origin)


def test_a_message_says_what_where_who_since_when_and_where_to_go() -> None:
    message = said(news())
    assert message.subject == "Level 2: 1 answer is late"
    assert message.text == (
        "Since 9:01:36\u202fAM (Europe/Paris).\n\n"
        "• Vera: waiting since 9:00:00\u202fAM, answer due 9:01:30\u202fAM, with Ana\n\n"
        "https://chat.example/board\n\n"
        "Alert: Partners. If this continues, the next message comes in 5 minutes."
    )
    assert '<a href="https://chat.example/board">' in message.html
    assert message.tone == "warning"


def test_it_says_so_in_the_language_of_the_rule() -> None:
    message = said(news(rule=replace(RULE, locale="it")))
    assert message.subject == "Level 2: 1 risposta è in ritardo"
    assert "Vera: in attesa dalle 09:00:00, risposta entro le 09:01:30, con Ana" in message.text
    assert '<html lang="it">' in message.html


@pytest.mark.parametrize(
    ("kind", "what", "count", "subject"),
    [
        ("due_soon", "opened", 1, "Level 2: 1 answer is due soon"),
        ("due_soon", "opened", 3, "Level 2: 3 answers are due soon"),
        ("due_soon", "over", 0, "Resolved: Level 2, answers were due soon"),
        ("late", "still", 2, "Still: Level 2: 2 answers are late"),
        ("late", "over", 0, "Resolved: Level 2, answers were late"),
        ("line", "opened", 12, "Level 2: 12 chats waiting"),
        ("line", "over", 0, "Resolved: Level 2, too many chats were waiting"),
        ("nobody", "opened", 0, "Level 2: nobody is online"),
        ("nobody", "over", 0, "Resolved: Level 2, nobody was online"),
        ("left", "opened", 1, "Level 2: 1 message left"),
        ("left", "still", 4, "Level 2: 4 messages left"),
        ("came", "opened", 1, "Level 2: 1 new chat"),
        ("came", "still", 2, "Level 2: 2 new chats"),
    ],
)
def test_each_kind_has_its_words(kind: Kind, what: What, count: int, subject: str) -> None:
    assert said(news(kind, what, count=count, chats=[])).subject == subject


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_without_words(kind: Kind) -> None:
    whats: tuple[What, ...] = ("opened", "still") if kind in EVENTS else ("opened", "still", "over")
    for what in whats:
        assert "Level 2" in said(news(kind, what)).subject


def test_the_end_says_from_when_to_when_and_how_many() -> None:
    message = said(news(what="over", chats=[], count=0))
    lead = "From 9:01:36\u202fAM to 9:10:00\u202fAM (Europe/Paris). 14 answers were late."
    assert message.text.startswith(lead)
    assert message.tone == "success"


def test_of_many_the_first_are_named_and_the_others_counted() -> None:
    message = said(news(count=7))
    assert "and 6 more" in message.text
    assert "and 6 more" in message.html


def test_yesterday_is_told_with_its_date() -> None:
    assert "1/14/27" in said(news(chats=[replace(VERA, since=at(-86_400))])).text


def test_without_a_public_address_there_is_no_link() -> None:
    message = said(news(), origin="")
    assert "http" not in message.text
    assert "href" not in message.html


def test_a_visitor_without_a_name_is_a_visitor() -> None:
    assert "• A visitor: waiting" in said(news(chats=[replace(VERA, name="")])).text


def test_nobody_online_says_how_many_wait() -> None:
    assert "1 chat is waiting." in said(news("nobody")).text


def test_a_left_message_names_who_left_it_when_and_where_to_read_it() -> None:
    left = news("left", chats=[AlertedChat("c1", "Vera", at(0), 0)])
    message = said(left)
    assert message.text == (
        "Times are in Europe/Paris.\n\n"
        "• Vera: left a message at 9:00:00\u202fAM\n\n"
        "https://chat.example/messages\n\n"
        "Alert: Partners. Any more in the next 5 minutes will come in one message."
    )
    assert message.tone == "info"
    italian = said(replace(left, rule=replace(RULE, locale="it")))
    assert italian.subject == "Level 2: 1 messaggio lasciato"
    assert "Vera: ha lasciato un messaggio alle 09:00:00" in italian.text


def test_a_chat_that_came_names_its_visitor_and_links_to_the_board() -> None:
    message = said(news("came", chats=[AlertedChat("c1", "", at(0), at(6))]))
    assert "• A visitor: opened a chat at 9:00:00" in message.text
    assert "https://chat.example/board" in message.text


def test_a_trial_says_that_it_is_one_and_from_whom() -> None:
    message = trial(RULE, "Sam", ORIGIN)
    assert message.subject == "Test: alerts for Partners arrive here"
    assert "Sam sent this test" in message.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Vera", "Vera"),
        ("J. O'Neil-Smith (Box)", "J. O'Neil-Smith (Box)"),
        ("@everyone", "＠everyone"),
        ("<!channel>", "＜!channel＞"),
        ("[click](https://evil.example)", "［click］(https：//evil․example)"),
        ("*bold* _it_ ~s~ `c`", "＊bold＊ ＿it＿ ～s～ ｀c｀"),
        (":siren:", "：siren："),
        ("evil.example", "evil․example"),
    ],
)
def test_a_name_is_no_mention_no_markup_and_no_link(name: str, shown: str) -> None:
    assert plain(name) == shown


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</li></ul><form action=//evil>",
            "{{7*7}}",
            "<a href='javascript:alert(1)'>x</a>",
            "Vera\r\nBcc: everybody@else.example",
            "\u202eareV",
        ]
    ),
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_name_never_becomes_an_element_a_header_or_a_line(visitor: str, agent: str, queue: str) -> None:
    plainly = said(news(), queue=replace(LEVEL2, name="q"))
    wicked = said(
        news(chats=[replace(VERA, name=visitor or "x", agent=agent or "x")]), queue=replace(LEVEL2, name=queue)
    )
    assert Elements(wicked.html).tags == Elements(plainly.html).tags
    assert "\n" not in wicked.subject
    assert "\r" not in wicked.subject
    assert "<" not in wicked.text
    assert "49" not in wicked.html.replace(visitor, "").replace(agent, "").replace(queue, "")
