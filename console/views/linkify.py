"""http(s) addresses: links in plain text, and short names for pages."""

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

NEVER = r"\s<>\"'`{}|\\^\[\]\x00-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069"  # not in an address as people write one
ADDRESS = re.compile(rf"https?://[^{NEVER}]{{1,2000}}", re.IGNORECASE)
TRAILING = ".,;:!?)»”’…"
LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')


def linkify(text: str) -> Markup:
    """`text`, escaped, its web addresses as links. Linear in its length."""
    parts: list[Markup] = []
    done = 0
    for match in ADDRESS.finditer(text):
        address = _without_tail(match[0])
        if address.partition("://")[2].strip("/.") == "":
            continue
        parts += [escape(text[done : match.start()]), LINK.format(address)]
        done = match.start() + len(address)
    return Markup("").join([*parts, escape(text[done:])])


def page_label(page: str) -> str:
    """A page's address as people say it: host and path, nothing else; at most 200 characters."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return page[:200]
    return f"{parts.netloc}{parts.path}"[:200] if parts.netloc else page[:200]


def _without_tail(address: str) -> str:
    """Without the sentence's own punctuation; a bracket the address opened itself stays."""
    while address and address[-1] in TRAILING:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address
