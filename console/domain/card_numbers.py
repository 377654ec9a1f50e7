"""Card numbers in text: found by network, length, check digit and spelling, then masked.

Numbers that only look like cards stay: ids in web addresses, tracking codes, phone numbers, barcodes, coordinates,
amounts. Everything here takes time linear in the text's length, whatever it contains.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

MASK = "•"
SHOWN = 4  # digits that stay visible
LONGEST = 19  # digits of a card
SHORTEST = 13
LOOK_BACK = 2_000  # characters searched for the start of a web address

# Between two groups of digits: white space, usual separators, and characters that show nothing.
_BETWEEN = r"[\s.\-/_,:*|·•\u00ad\u2010-\u2015\u2212\uff0d\u061c\u200b-\u200f\u2060]"
_RUN = re.compile(rf"\d+(?:{_BETWEEN}{{1,12}}\d+)*")
_INVISIBLE = re.compile(r"[\s\u00ad\u061c\u200b-\u200f\u2060]+")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[a-z]{2,63}[/?#:]", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SAYS_CARD = ("card", "carta", "carte", "karte", "tarjeta", "visa", "amex", "mastercard", "maestro", "pan", "cc")


class Network(NamedTuple):
    """Cards whose first digits are between `first` and `last`, with the lengths that the network issues."""

    first: str
    last: str
    lengths: tuple[int, ...]


# Longer prefixes first: the first match decides.
NETWORKS = (
    Network("622126", "622925", (16, 17, 18, 19)),  # Discover with UnionPay
    Network("606282", "606282", (16,)),  # Hipercard
    Network("636297", "636297", (16,)),  # Elo
    Network("636368", "636368", (16,)),  # Elo
    Network("506699", "506778", (16,)),  # Elo
    Network("509000", "509999", (16,)),  # Elo
    Network("5018", "5018", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5019", "5019", (16,)),  # Dankort
    Network("5020", "5020", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5038", "5038", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5893", "5893", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6304", "6304", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6759", "6759", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6761", "6763", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("2200", "2204", (16, 17, 18, 19)),  # Mir
    Network("2221", "2720", (16,)),  # Mastercard
    Network("3095", "3095", (14, 16, 17, 18, 19)),  # Diners Club
    Network("3528", "3589", (16, 17, 18, 19)),  # JCB
    Network("6011", "6011", (16, 17, 18, 19)),  # Discover
    Network("9792", "9792", (16,)),  # Troy
    Network("8600", "8600", (16,)),  # Uzcard
    Network("9860", "9860", (16,)),  # Humo
    Network("5060", "5061", (16, 18, 19)),  # Verve
    Network("300", "305", (14, 16, 17, 18, 19)),  # Diners Club
    Network("508", "508", (16,)),  # RuPay
    Network("644", "649", (16, 17, 18, 19)),  # Discover
    Network("636", "636", (16, 17, 18, 19)),  # InterPayment
    Network("34", "34", (15,)),  # American Express
    Network("37", "37", (15,)),  # American Express
    Network("36", "36", (14, 15, 16, 17, 18, 19)),  # Diners Club
    Network("38", "39", (14, 16, 17, 18, 19)),  # Diners Club
    Network("51", "55", (16,)),  # Mastercard
    Network("60", "60", (16,)),  # RuPay
    Network("62", "62", (16, 17, 18, 19)),  # UnionPay
    Network("65", "65", (16, 17, 18, 19)),  # Discover, RuPay
    Network("81", "82", (16, 17, 18, 19)),  # UnionPay, RuPay
    Network("4", "4", (13, 16, 18, 19)),  # Visa
)


class Run(NamedTuple):
    """Digits with little between them. `places` are their indices in the text, `digits` their values."""

    text: str
    places: list[int]
    digits: list[int]


def mask_cards(text: str) -> str:
    """Replace all but the last four digits of every card number by `•`; the length stays the same."""
    hidden = [place for run in _runs(text) for place in _hidden(run)]
    if not hidden:
        return text
    masked = list(text)
    for place in hidden:
        masked[place] = MASK
    return "".join(masked)


def _runs(text: str) -> Iterator[Run]:
    for found in _RUN.finditer(text):
        if found.end() - found.start() >= SHORTEST:
            places = [place for place in range(found.start(), found.end()) if text[place].isdecimal()]
            yield Run(text, places, [unicodedata.decimal(text[place]) for place in places])


def _hidden(run: Run) -> Iterator[int]:
    """Return the positions to mask; at each start the longest card wins."""
    sums, start = _luhn_sums(run.digits), 0
    while start <= len(run.digits) - SHORTEST:
        length = _card_at(run, sums, start)
        yield from run.places[start : start + length - SHOWN] if length else ()
        start += length or 1


def _card_at(run: Run, sums: tuple[list[int], list[int]], start: int) -> int:
    """Return the number of digits of the card that starts at `start`; 0 for none.

    A card starts and ends where a group does.
    """
    if not _new_group(run, start):
        return 0
    for length in reversed(_lengths(run.digits[start : start + 6])):
        end = start + length
        if end > len(run.digits) or not (end == len(run.digits) or _new_group(run, end)):
            continue
        if (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0 and _written_like_a_card(run, start, end):
            return length
    return 0


def _new_group(run: Run, index: int) -> bool:
    return index == 0 or run.places[index] != run.places[index - 1] + 1


def _lengths(first: Sequence[int]) -> tuple[int, ...]:
    """Return the lengths issued by the network with these first digits."""
    prefix = "".join(map(str, first))
    for network in NETWORKS:
        if network.first <= prefix[: len(network.first)] <= network.last:
            return network.lengths
    return ()


def _written_like_a_card(run: Run, start: int, end: int) -> bool:
    """Whether the digits can be a card, judging by what is between and around them."""
    first, last = run.places[start], run.places[end - 1]
    if end - start == SHORTEST and last - first == SHORTEST - 1 and _is_barcode(run.digits[start:end]):
        return False
    return _groups_fit(run.text[first : last + 1]) and not _is_part_of_more(run.text, first, last + 1)


def _groups_fit(number: str) -> bool:
    """One kind of separator between the groups, and not that of an amount's thousands."""
    groups = re.split(r"\D+", number)
    kinds = {_INVISIBLE.sub("", sign).translate(_DASHES) for sign in re.findall(r"\D+", number)}
    if len(kinds - {""}) > 1:
        return False
    thousands = len(groups) > 1 and all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
    return not thousands


def _is_part_of_more(text: str, first: int, end: int) -> bool:
    """A phone number, a code of letters and digits, a mail address, or a part of a web address."""
    before, after = text[:first][-LOOK_BACK:], text[end : end + 1]
    if before.endswith("+") or after == "@" or after.isalpha():
        return True
    word = re.search(r"[^\W\d_]{1,40}$", before[-40:])
    if word and not word.group().casefold().endswith(_SAYS_CARD):
        return True
    token = before[max((before.rfind(space) for space in " \n\t"), default=-1) + 1 :]
    return "://" in token or token.startswith("www.") or bool(_DOMAIN.match(token))


def _is_barcode(digits: Sequence[int]) -> bool:
    """An EAN-13 by its own check digit: 13-digit Visa cards no longer exist, but barcodes do."""
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _luhn_sums(digits: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return running sums that check any stretch in constant time: [p][i] sums the first i digits, with those at
    positions ≡ p (mod 2) doubled.
    """
    return (
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 0 else digit for place, digit in enumerate(digits))],
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 1 else digit for place, digit in enumerate(digits))],
    )
