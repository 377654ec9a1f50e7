"""Bold words, lists and links in messages: rendered as browsers render them, and never more than the message says."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import Directory, Queue, Site
from console.events import Author, Message, Note, Transferred
from console.mail.composing import html_of
from console.projection.current import Current
from console.projection.picture import ChatState
from console.views.html import HtmlViews
from console.views.rich_text import plain_words, rich
from tests.support.rich_cases import CASES, PIECES, notation

ALLOWED = {"strong": set(), "span": {"hidden", "class", "role"}, "a": {"class", "href", "title", "target", "rel"}}
HOSTILE = (
    "**a ", "[a](https://x", "[a](mailto:", "[", "**x https://a.example/**-", "* \n", "- 1\n1. x\n", "** **", "*",
    "[a](https://a.example)**", "https://a.example/**b** ", "\n- **a** [b](https://c.example)",
)  # fmt: skip
ANA = Author("ana", "Ana")


class Page(HTMLParser):
    """What a browser makes of a fragment: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def is_harmless(text: str) -> bool:
    page = Page(str(rich(text)))
    assert page.text == text
    for tag, attributes in page.elements:
        assert set(attributes) <= ALLOWED[tag]
        if tag == "a":
            assert re.match("(https?://|mailto:)", attributes["href"] or "", re.IGNORECASE)
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert attributes["target"] == "_blank"
    return True


@pytest.mark.parametrize(("text", "drawn"), CASES, ids=[ascii(text) for text, _ in CASES])
def test_a_message_is_drawn_as_in_browsers(text: str, drawn: str) -> None:
    assert notation(str(rich(text))) == drawn


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4)).map("".join))
def test_whatever_is_written_stays_its_text_and_becomes_nothing_but_what_is_allowed(text: str) -> None:
    assert is_harmless(
        text.replace("\r", "").replace("\0", "")
    )  # messages have neither, and a parser would change them


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_message_made_to_take_long_does_not(piece: str) -> None:
    assert is_harmless(piece * (64_000 // len(piece)))  # what is not linear takes minutes here


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Is **parcel 7** in [the shop](https://shop.example/a?b=c)?", "Is parcel 7 in the shop?"),
        ("2 * 3 * 4 ** 5", "2 * 3 * 4 ** 5"),
        ("https://shop.example/**a**", "https://shop.example/**a**"),
        ("<b>a</b> &amp; &lt;i&gt;\n\n- **b**", "<b>a</b> &amp; &lt;i&gt; - b"),
    ],
)
def test_plain_words_lack_the_marks_alone(text: str, plain: str) -> None:
    assert plain_words(text) == plain


@pytest.mark.parametrize("piece", HOSTILE)
def test_plain_words_of_a_message_made_to_take_long_do_not(piece: str) -> None:
    assert plain_words(piece * (64_000 // len(piece)))


def view(site: Site) -> HtmlViews:
    return HtmlViews(Current(directory=Directory(0, {"shop": site}, {"support": Queue("support", "Support")})))


@pytest.mark.parametrize("kind", [Message, Note, Transferred])
def test_what_people_say_is_formatted_where_the_site_allows_it(kind: type) -> None:
    chat = ChatState(id="c1", slot=1, visitor="v1", site="shop", queue="support", place="active")
    common = {"chat": "c1", "seq": 1, "prev": 0, "at": 1}
    said = {
        Message: lambda: Message(**common, by="agent", author=ANA, cid="x", text="**Yes**", turn=None),
        Note: lambda: Note(**common, author=ANA, cid="x", text="**Yes**"),
        Transferred: lambda: Transferred(
            **common, cid="x", author=ANA, agent="ana", to="ben", queue="support", due=0, note="**Yes**"
        ),
    }[kind]()
    on, off = Site("shop", "Shop", "support"), Site("shop", "Shop", "support", formatting=False)
    assert "<strong>" in view(on).line(said, chat, locale="en")
    assert "<strong>" not in view(off).line(said, chat, locale="en")
    assert "**Yes**" in view(off).line(said, chat, locale="en")
    chat.channel = "sms"
    assert "<strong>" not in view(on).line(said, chat, locale="en"), "a phone shows the stars"


def test_the_console_hears_what_the_chats_site_has() -> None:
    chat = ChatState(id="c1", slot=1, visitor="v1", site="shop", queue="support", place="active")
    for formatting, emoji, features in ((True, True, "formatting emoji"), (False, True, "emoji"), (False, False, "")):
        site = Site("shop", "Shop", "support", formatting=formatting, emoji=emoji)
        assert f'data-features="{features}"' in view(site).header(chat, locale="en", now=0)


def test_an_answer_by_mail_has_its_bold_words_and_links_without_their_marks() -> None:
    text = "**Yes**, see [the terms](https://shop.example/t).\n- one\n- two"
    page = html_of(text, "en", formatted=True)
    assert "<p><strong>Yes</strong>, see <a " in page
    assert Page(page).text == "Yes, see the terms.- one- two"
    assert "**Yes**" in html_of(text, "en")
