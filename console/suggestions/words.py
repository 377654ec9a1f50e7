"""Words as the console compares them; `static/console/suggestions/words.js` returns the same for the same text."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

# Letters that Unicode does not decompose, as people type them whose keyboard does not have them.
STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
RUN = re.compile(f"[{UNSPACED}]+|[^\\W_{UNSPACED}]+")
LONGEST = 30  # characters of a word


def fold(text: str) -> str:
    """Return the text without case, accents, strokes and vowel signs."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign)[0] != "M")
    return bare.replace("\u0640", "").lower().translate(STROKES)


def words_of(text: str) -> Iterator[str]:
    """Yield the folded words; of a script without spaces, each pair of signs."""
    for run in RUN.findall(fold(text)):
        if len(run) > 1 and re.match(f"[{UNSPACED}]", run):
            yield from map("".join, pairwise(run))
        else:
            yield run[:LONGEST]
