"""Bold, lists and named links in messages: plain text with a few marks of Markdown.

The marks stay in the page, hidden, so the text of the rendered message is exactly what was written. Code that reads,
searches or compares it needs to know nothing about formatting. The browser renders the same
(`static/text/rich_text.js`); one table of cases tests both.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from string import digits
from typing import Literal, NamedTuple

from markupsafe import Markup

from console.views.linkify import addresses, linkify

# Characters that no address in parentheses may contain: spaces, quotes, brackets, and characters that are invisible or
# reverse text.
OUT = r"""\x00-\x20"()*<>\[\\\]^`{|}\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"""
ADDRESS = rf"(?:https?://(?![/?#:.@])[^{OUT}]{{1,2000}}|mailto:[^{OUT}?]{{1,300}})"
# Browsers treat `\u017f` and `\u212a` as "s" and "k" when case does not matter.
WORD = r"*A-Za-z0-9_\u017f\u212a"
# Each part stops at the character that the next attempt begins with, so no text is read more than twice.
MARK = re.compile(
    rf"\[(?P<name>[^\[\]\n]{{1,200}})\]\((?P<address>(?i:{ADDRESS}))\)"
    rf"|(?<![{WORD}])\*\*(?![ \t*])(?P<bold>[^*\n]*[^* \t\n])\*\*(?![{WORD}])"
)
POINT = re.compile(r"( {0,3}[-*] +)(?=[^ \t])")
NUMBER = re.compile(r"( {0,3}[0-9]{1,3}[.)] +)(?=[^ \t])")

Hide = Callable[[str], Markup]

HIDDEN = Markup("<span hidden>{}</span>")
BOLD = Markup("<strong>{}{}{}</strong>")
NAMED = Markup(
    '<a class="named" href="{0}" title="{0}" target="_blank" rel="noopener noreferrer nofollow">{1}{2}{3}</a>'
)
LIST = Markup('<span class="points" role="list">{}</span>')
ITEM = Markup('<span class="{}" role="listitem">{}{}{}</span>')

Kind = Literal["", "point", "number"]


class TextLine(NamedTuple):
    """A line of a message, and which part of it is a list mark."""

    kind: Kind
    mark: str
    text: str


def rich(text: str) -> Markup:
    """Return `text` escaped, with its bold words, lists and links. Takes time linear in the length."""
    parts: list[Markup] = []
    newline = ""
    for kind, run in groupby(_lines(text), key=lambda line: line.kind):
        if kind:
            parts.append(_list(newline, run))
        else:
            words = Markup("\n").join(inline(line.text) for line in run)
            parts += [_hidden(newline), words]  # a list ends its own lines
        newline = "\n"
    return Markup("").join(parts)


def inline(text: str, hide: Hide = HIDDEN.format) -> Markup:
    """Return `text` escaped, with its bold words and links."""
    return Markup("").join(_pieces(text, hide))


def without_marks(text: str) -> Markup:
    """Return the text without the marks, for mails: mail programs show hidden text. Lists stay as written."""
    return inline(text, lambda _: Markup(""))


def plain_words(text: str) -> str:
    """Return the text without marks, with white space as single spaces: for excerpts and notifications."""
    return without_marks(text).striptags()


def _pieces(text: str, hide: Hide) -> Iterator[Markup]:
    found = deque(addresses(text))
    done, mark = 0, MARK.search(text)
    while mark is not None:
        while found and found[0][1] <= mark.start():
            found.popleft()
        if found and found[0][0] < mark.start():  # it is part of an address
            mark = MARK.search(text, found.popleft()[1])
            continue
        yield linkify(text[done : mark.start()])
        yield _marked(mark, hide)
        done = mark.end()
        _begin_at(found, text, done)
        mark = MARK.search(text, done)
    yield linkify(text[done:])


def _begin_at(found: deque[tuple[int, int]], text: str, done: int) -> None:
    """Forget the addresses before `done`. The rest of an address that `done` cut may contain another one."""
    while found and found[0][0] < done:
        end = found.popleft()[1]
        if end > done:
            found.extendleft(reversed([(done + a, done + b) for a, b in addresses(text[done:end])]))


def _marked(mark: re.Match[str], hide: Hide) -> Markup:
    if mark["bold"]:
        return BOLD.format(hide("**"), inline(mark["bold"], hide), hide("**"))
    name, address = mark["name"], mark["address"]
    return NAMED.format(address, hide("["), name, hide(f"]({address})"))


def _list(newline: str, lines: Iterable[TextLine]) -> Markup:
    items: list[Markup] = []
    for kind, mark, text in lines:
        # Numbers stay as they were written; the style sheet renders the points.
        seen = "" if kind == "point" else mark
        items.append(ITEM.format(kind, _hidden(newline + ("" if seen else mark)), seen, inline(text)))
        newline = "\n"
    return LIST.format(Markup("").join(items))


def _hidden(text: str) -> Markup:
    return HIDDEN.format(text) if text else Markup("")


def _lines(text: str) -> list[TextLine]:
    lines = [_line(line) for line in text.split("\n")]
    kinds = ["", *(line.kind for line in lines), ""]
    for n, (kind, mark, words) in enumerate(lines):
        # A single point may also be a minus: "- 20 %".
        if kind == "point" and words[0] in digits and "point" not in (kinds[n], kinds[n + 2]):
            lines[n] = TextLine("", "", mark + words)
    return lines


def _line(text: str) -> TextLine:
    if point := POINT.match(text):
        return TextLine("point", point[1], text[point.end() :])
    if number := NUMBER.match(text):
        return TextLine("number", number[1], text[number.end() :])
    return TextLine("", "", text)
