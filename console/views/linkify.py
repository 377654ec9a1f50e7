"""Web addresses (http and https): links in plain text, and short labels for pages.

The browser finds the same addresses (`static/text/links.js`); one table of cases tests both.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from linkify_it import LinkifyIt
from markupsafe import Markup, escape

LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')
# Quotes, and characters that are invisible or reverse text, are never part of an address, although browsers accept
# them.
NEVER = re.compile('["`\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff].*', re.DOTALL)
# Closing punctuation of other scripts; the finder already knows ASCII's.
TAIL = re.compile(r"[.,:;!?»”’…\u060c\u061b\u061f\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011]+$")
BARE = re.compile(r"https?://[^\w\[]*$", re.IGNORECASE)  # no host at all


def _finder() -> LinkifyIt:
    """Return a finder of `http` and `https` addresses with a scheme; it ignores bare hosts and mail addresses."""
    finder = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("mailto:", "ftp:", "//"):
        finder.add(scheme, None)
    return finder


FINDER = _finder()


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield the begin and end of each web address in `text`, from the first to the last."""
    for match in FINDER.match(text) or ():
        address = TAIL.sub("", NEVER.sub("", match.raw))
        if not BARE.match(address):
            yield match.index, match.index + len(address)


def linkify(text: str) -> Markup:
    """Return `text` escaped, with its web addresses as links. Takes time linear in the length."""
    parts: list[Markup] = []
    done = 0
    for start, end in addresses(text):
        parts += [escape(text[done:start]), LINK.format(text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def page_label(page: str) -> str:
    """Return a short label for a page: host and path only, at most 200 characters."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return page[:200]
    return f"{parts.netloc}{parts.path}"[:200] if parts.netloc else page[:200]
