"""http(s) addresses: links in plain text, and short names for pages.

The widget finds the same addresses (`widget/links.js`): one table of cases holds both.
"""

import re
from urllib.parse import urlsplit

from linkify_it import LinkifyIt
from markupsafe import Markup, escape

LINK = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>')
# Quotes and what is invisible or turns text round: never part of an address, though browsers would take it.
NEVER = re.compile('["`\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff].*', re.DOTALL)
# The sentence's own signs of other scripts; of ASCII's the finder knows.
TAIL = re.compile(r"[.,:;!?»”’…\u060c\u061b\u061f\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011]+$")
BARE = re.compile(r"https?://[^\w\[]*$", re.IGNORECASE)  # nothing of a host


def _finder() -> LinkifyIt:
    """Finds `http` and `https` addresses that say so: no bare host, no mail address."""
    finder = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("mailto:", "ftp:", "//"):
        finder.add(scheme, None)
    return finder


FINDER = _finder()


def linkify(text: str) -> Markup:
    """`text`, escaped, its web addresses as links. Linear in its length."""
    parts: list[Markup] = []
    done = 0
    for match in FINDER.match(text) or ():
        address = TAIL.sub("", NEVER.sub("", match.raw))
        if BARE.match(address):
            continue
        parts += [escape(text[done : match.index]), LINK.format(address)]
        done = match.index + len(address)
    return Markup("").join([*parts, escape(text[done:])])


def page_label(page: str) -> str:
    """A page's address as people say it: host and path, nothing else; at most 200 characters."""
    try:
        parts = urlsplit(page)
    except ValueError:
        return page[:200]
    return f"{parts.netloc}{parts.path}"[:200] if parts.netloc else page[:200]
