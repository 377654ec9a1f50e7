"""A person's initials and colour number: a mark that people recognize before they read the name.

`static/console/shared/initials.js` computes the same; a test compares the two.
"""

import re
import unicodedata

TONES = 8  # in base.css
WORD = re.compile(r"[^\W_]\w*")


def initials(name: str) -> str:
    """Return the first letters of the first and the last word; one letter in scripts without capitals, `?` for none."""
    words = [found.group() for found in WORD.finditer(unicodedata.normalize("NFC", name))]
    if not words:
        return "?"
    first, last = words[0][0], words[-1][0]
    return (first + last if len(words) > 1 and _pairs(first) and _pairs(last) else first).upper()


def tone(name: str) -> int:
    """Return the number of the name's colours; the same for the same name, everywhere and always."""
    sum = 0
    for character in unicodedata.normalize("NFC", name).strip():
        sum = (31 * sum + ord(character)) % 2**32
    return (sum ^ sum >> 15) % TONES


def _pairs(letter: str) -> bool:
    """Whether two such letters can stand next to each other without joining or forming another word."""
    return letter.isdecimal() or letter.upper() != letter.lower()
