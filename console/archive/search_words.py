"""Text for searching, without SQL: folding, the words of a document, the terms of a query.

Both databases index plain words and nothing else, so they find the same: words of the chat's texts, of its visitor, and
of what it can be filtered by, each kind marked by its first letter.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from anyascii import anyascii

TEXT, VISITOR, FACET = "t", "v", "f"  # first letters: of messages, of visitors, of filters
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
RUN = re.compile(f"[{UNSPACED}]+")  # Chinese, Japanese, Thai and other scripts without spaces between words
ADDRESS = r"[a-z0-9._%+-]+@[a-z0-9.-]+"  # in e-mail addresses: the whole is rare, its parts are common
JOINED = re.compile(f"{ADDRESS}|[a-z0-9]+(?:['`-][a-z0-9]+)*|[{UNSPACED}]+")
PARTS = re.compile("[a-z0-9]+")
# combining classes to keep: letters, and marks that make a different letter in India and Japan
KEPT_MARKS = {0, 7, 8, 9}
APOSTROPHES = "\u2018\u2019\u02bc\u02b9\u00b4\uff07"
SILENT = "\0\u0640\u00ad"  # NUL, Arabic tatweel, soft hyphen
AS_WRITTEN = str.maketrans(APOSTROPHES, "'" * len(APOSTROPHES), SILENT)
LONGEST_WORD = 40  # characters; the rest is ignored
MOST_WORDS = 20_000  # per chat: PostgreSQL's index takes 1 MB
LONGEST_QUESTION = 200  # characters
MOST_TERMS = 12  # per query

# alternatives, each a list of words that must all match; `*` at the end matches a prefix
Term = tuple[tuple[str, ...], ...]


def fold_text(text: str) -> str:
    """Return text without case, accents, strokes and vowel signs; in Latin letters where the script has spaces."""
    if text.isascii():
        return text.lower().replace("\0", "")
    plain = unicodedata.normalize("NFKD", text.translate(AS_WRITTEN))
    bare = "".join(sign for sign in plain if unicodedata.combining(sign) in KEPT_MARKS)
    whole, folded, last = unicodedata.normalize("NFC", bare), [], 0
    for run in RUN.finditer(whole):
        folded += [anyascii(whole[last : run.start()]), run[0]]
        last = run.end()
    return "".join([*folded, anyascii(whole[last:])]).lower()


def words_of(text: str) -> Iterator[str]:
    """Yield the words that find `text`: joined words (o'brien) whole and in parts, unspaced scripts in pairs."""
    for found in JOINED.findall(fold_text(text)):
        if found.isascii() and found.isalnum():  # nearly all: they have one part
            yield found[:LONGEST_WORD]
        elif RUN.match(found):
            yield from found
            yield from map("".join, pairwise(found))
        else:
            parts = PARTS.findall(found)
            yield from (part[:LONGEST_WORD] for part in parts)
            if len(parts) > 1:
                yield "".join(parts)[:LONGEST_WORD]


def document(texts: Iterable[str], visitor: str, facets: Iterable[tuple[str, str]]) -> list[str]:
    """Return all words of a chat, each once."""
    words = {facet(name, value): None for name, value in facets}
    words |= {VISITOR + word: None for word in words_of(visitor)}
    for text in texts:
        words |= {TEXT + word: None for word in words_of(text)}
        if len(words) > MOST_WORDS:
            break
    return list(words)[:MOST_WORDS]


def terms(text: str, kind: str) -> list[Term]:
    """Return the terms that a document must have; none if the query has no letter or digit."""
    found: dict[Term, None] = {}
    for word in JOINED.findall(fold_text(text[:LONGEST_QUESTION])):
        if RUN.match(word):
            pairs = list(map("".join, pairwise(word))) or [word]
            found |= {((kind + pair,),): None for pair in pairs}
        elif parts := PARTS.findall(word):
            found[((_begun("".join(parts), kind),),) if "@" in word else _term(parts, kind)] = None
    return list(found)[:MOST_TERMS]


def list_facet(workspace: str, listed: str) -> tuple[str, str]:
    """Return the facet of a workspace's list. Part of every query, so nobody finds another workspace's chats."""
    return "list", f"{workspace}/{listed}"


def facet(name: str, value: str) -> str:
    """Return a filter's value as one word, whatever characters it has."""
    return FACET + hashlib.blake2b(f"{name}\0{value}".encode(), digest_size=6).hexdigest()


def facet_terms(facets: Iterable[tuple[str, str]]) -> list[Term]:
    return [((facet(name, value),),) for name, value in facets]


def has_term(words: set[str], term: Term) -> bool:
    """Whether words with their kind's first letter match a term."""
    return any(all(_has_word(words, wanted) for wanted in alternative) for alternative in term)


def _has_word(words: set[str], wanted: str) -> bool:
    start = wanted.removesuffix("*")
    return start in words or (start != wanted and any(word.startswith(start) for word in words))


def _term(parts: list[str], kind: str) -> Term:
    """Return the term for a word's prefix. Joined words match apart and together: e-mail, email; o'brien, obrien."""
    apart = (*(kind + part[:LONGEST_WORD] for part in parts[:-1]), _begun(parts[-1], kind))
    return (apart, (_begun("".join(parts), kind),)) if len(parts) > 1 else (apart,)


def _begun(word: str, kind: str) -> str:
    """Return a word as a prefix. A single letter must match exactly: as a prefix it would match half of all words."""
    return kind + word[:LONGEST_WORD] + ("*" if len(word) > 1 else "")
