"""Texts with numbers as people write them: digits of many scripts, separators, invisible characters, words."""

import unicodedata
from itertools import pairwise

from hypothesis import strategies as st

ZEROS = [char for char in map(chr, range(0x2_0000)) if unicodedata.decimal(char, None) == 0]
BETWEEN = " -./,:;*|\n\t\u00a0\u2009\u200b\u200d\u20e3\u2060\u2212\ufe0f\u3164\uff0d·•"
BESIDE = "+#@＋éßक你²½①\u0301"  # signs that change what a number is, letters, and numbers that are not digits
DIGITS = "0123456789"


def numbers_with(*pieces: str) -> st.SearchStrategy[str]:
    """Return texts of these pieces and others, with the digits of any one script."""
    pieces_and_more = (
        st.sampled_from(pieces)
        | st.text(alphabet=DIGITS, min_size=1, max_size=19)
        | st.text(alphabet=DIGITS + BETWEEN, max_size=30)
        | st.text(alphabet=BETWEEN, max_size=3)
        | st.text(alphabet=BESIDE + "ab", max_size=50)
        | st.text(max_size=10)
    )
    return st.builds(in_script, st.lists(pieces_and_more, max_size=6).map("".join), st.sampled_from(ZEROS))


def in_script(text: str, zero: str) -> str:
    """Return the text with the digits of the script that `zero` is of."""
    return text.translate({ord(digit): chr(ord(zero) + int(digit)) for digit in DIGITS})


def parts_of(text: str, *cuts: int) -> list[str]:
    """Cut the text at these places, wherever they are in it."""
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]
