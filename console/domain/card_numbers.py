"""Card numbers in text: found by network, length, check digit and spelling, then masked.

Numbers that only look like cards stay visible: ids in web addresses, tracking codes, phone numbers, barcodes,
coordinates, amounts. Everything here takes time linear in the text's length, whatever it contains.
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
PLUS = ("+", "＋")
LOOK_BACK = 2_000  # characters searched for the start of a web address

# Between two groups of digits: white space and invisible characters (including those of emoji digits), around up to
# three separators; or the marks of bold words, which are hidden where messages are formatted.
_MARKS = r"\u00ad\u061c\u180e\u200b-\u200f\u20e3\u2060-\u2064\u2800\u3164\ufe00-\ufe0f"
_NOTHING = rf"[\s{_MARKS}]"
_SIGN = r"[.\-/_,:;*|~=\\·•∙‧・、。\u2010-\u2015\u2212\uff0a\uff0c-\uff0f\uff1a\uff1b\uff3f\uff5c]"
_BETWEEN = (
    rf"(?:{_NOTHING}{{1,40}}(?:{_SIGN}{{1,3}}{_NOTHING}{{0,40}})?|{_SIGN}{{1,3}}{_NOTHING}{{0,40}}"
    rf"|\*\*{_NOTHING}{{1,40}}\*\*)"
)
_RUN = re.compile(rf"\d+(?:{_BETWEEN}\d+)*")
_ENOUGH = re.compile(rf"(?:\D*+\d){{{SHORTEST}}}")  # enough digits for a card, wherever they are
_INVISIBLE = re.compile(rf"{_NOTHING}+")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[a-z]{2,63}(?::\d{1,5})?[/?#]", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{0,64}@[\w-]")
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,3})?(?![^\W_])")
_UNSEEN = re.compile(rf"[{_MARKS}]+")
_EXPIRY = re.compile(r"(?:exp|cvv|cvc|val|scad|bis|cad)[a-z]{0,12}\W*\d", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
LIKE_A_CARD = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2)}  # digits in each group
_PHONE = 15  # digits at most
_PARCEL = (20, 22, 26, 30)  # digits of postal tracking numbers
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SAYS_CARD = ("card", "carta", "carte", "karte", "tarjeta", "visa", "amex", "mastercard", "maestro", "pan", "cc")


class Network(NamedTuple):
    """Cards whose first digits are between `first` and `last`, with the lengths the network issues."""

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
    Network("504175", "504175", (16,)),  # Elo
    Network("507865", "507964", (16, 18, 19)),  # Verve
    Network("564182", "564182", (16, 18, 19)),  # Switch
    Network("604001", "604200", (16, 17, 18, 19)),  # UkrCard
    Network("633110", "633110", (16, 18, 19)),  # Switch
    Network("6333", "6333", (16, 18, 19)),  # Switch
    Network("5018", "5018", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5019", "5019", (16,)),  # Dankort
    Network("5020", "5020", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5038", "5038", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("5893", "5893", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6304", "6304", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6759", "6759", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6761", "6763", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    Network("6706", "6706", (16, 17, 18, 19)),  # Laser
    Network("6709", "6709", (16, 17, 18, 19)),  # Laser
    Network("6771", "6771", (16, 17, 18, 19)),  # Laser
    Network("5614", "5614", (16,)),  # Uzcard
    Network("2205", "2205", (16,)),  # BORICA
    Network("9704", "9704", (16, 19)),  # NAPAS
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
    Network("637", "639", (16,)),  # InstaPayment, Hipercard
    Network("31", "31", (19,)),  # T-Union
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
    """Digits with little text between them. `places` are their indices in the text, `digits` their values."""

    text: str
    places: list[int]
    digits: list[int]


def mask_cards(text: str) -> str:
    """Replace all but the last four digits of every card number by `•`; the length stays the same."""
    if not _ENOUGH.match(text):  # true for most texts, at the cost of one match
        return text
    runs = [run for run in long_runs(text) if len(run.digits) >= SHORTEST and not _is_parcel(run)]
    banks = ibans(text) if runs else []
    return masked_at(text, [place for run in runs for place in _hidden(run, banks)])


def same_but_hidden(stored: str, text: str) -> bool:
    """Whether the texts are the same except for what is hidden in the stored one."""
    return len(stored) == len(text) and all(old in (new, MASK) for old, new in zip(stored, text, strict=True))


def masked_at(text: str, places: Sequence[int]) -> str:
    masked = list(text)
    for place in places:
        masked[place] = MASK
    return "".join(masked)


def long_runs(text: str, shortest: int = SHORTEST) -> Iterator[Run]:
    """Yield the runs of at least `shortest` characters."""
    for found in _RUN.finditer(text):
        if found.end() - found.start() >= shortest:
            places = [place for place in range(found.start(), found.end()) if text[place].isdecimal()]
            yield Run(text, places, [unicodedata.decimal(text[place]) for place in places])


def _hidden(run: Run, banks: Sequence[range]) -> Iterator[int]:
    """Return the positions to mask; at each start the longest card wins."""
    sums, start = luhn_sums(run.digits), 0
    while start <= len(run.digits) - SHORTEST:
        length = card_at(run, sums, start)
        if any(run.places[start] in bank for bank in banks):
            length = 0
        yield from run.places[start : start + length - SHOWN] if length else ()
        start += length or 1


def card_at(run: Run, sums: tuple[list[int], list[int]], start: int) -> int:
    """Return the number of digits of the card that starts at `start`; 0 for none.

    A card starts and ends at the borders of groups.
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
    """Whether the digits can be a card, judging by the text between and around them."""
    first, last = run.places[start], run.places[end - 1]
    whole = last - first == end - start - 1
    if whole and (
        run.text[first - 1 : first] == "#" or (end - start == SHORTEST and _is_barcode(run.digits[start:end]))
    ):
        return False
    if end <= _PHONE and run.text[run.places[0] - 1 : run.places[0]] in PLUS:
        return False
    return _groups_fit(run.text[first : last + 1]) and not is_part_of_more(run.text, first, last + 1)


def _groups_fit(number: str) -> bool:
    """Whether the groups are like a card's, or have one kind of separator and are unlike dates, phones or amounts."""
    gaps = [
        _INVISIBLE.sub("", unicodedata.normalize("NFKC", gap)).translate(_DASHES) for gap in re.findall(r"\D+", number)
    ]
    sizes = tuple(len(group) for group in re.split(r"\D+", number))
    if sizes in LIKE_A_CARD:
        return True
    if len({sign for gap in gaps for sign in gap}) > 1:
        return False
    thousands = len(sizes) > 1 and set(sizes[1:]) == {3} and sizes[0] <= 3
    short = [len(group) for group in re.split(r"\D+", _UNSEEN.sub("", number))[:-1] if len(group) <= 3]
    dialled = len(short) > 2 and len(set(sizes[:-1])) > 1
    return not thousands and not dialled


def is_part_of_more(text: str, first: int, end: int) -> bool:
    """Whether it is part of a phone number, a code of letters and digits, a mail address, or a web address."""
    before, after = text[max(first - LOOK_BACK, 0) : first], text[end : end + 70]
    if before.endswith((*PLUS, "@")) or (after[:1].isalpha() and not _EXPIRY.match(after)) or _MAIL.match(after):
        return True
    word = re.search(r"[^\W\d_]{1,40}$", before[-40:])
    if word and not word.group().casefold().endswith(_SAYS_CARD):
        return True
    token = before.split()[-1].lstrip("([{<\"'“«„") if before and not before[-1].isspace() else ""
    return "://" in token or token.startswith("www.") or bool(_DOMAIN.match(token))


def ibans(text: str) -> list[range]:
    """Return where the text has bank account numbers with valid check digits."""
    return [range(*found.span()) for found in _IBAN.finditer(text) if _is_iban(found.group())]


def _is_iban(written: str) -> bool:
    number = re.sub(r"[^A-Z0-9]", "", written)
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def _is_parcel(run: Run) -> bool:
    """Whether it is a postal tracking number, which is longer than a card and has its own check digit."""
    digits = run.digits
    return len(digits) in _PARCEL and digits[0] == 9 and _weighs_ten(digits)


def _is_barcode(digits: Sequence[int]) -> bool:
    """Whether it is an EAN-13 with a valid check digit: 13-digit Visa cards no longer exist, but barcodes do."""
    return _weighs_ten(digits)


def _weighs_ten(digits: Sequence[int]) -> bool:
    """Check a barcode or parcel number: every second digit before the last counts three times."""
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def luhn_sums(digits: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return running sums that check any stretch in constant time: [p][i] sums the first i digits, with those at
    positions ≡ p (mod 2) doubled.
    """
    return (
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 0 else digit for place, digit in enumerate(digits))],
        [0, *accumulate(_DOUBLED[digit] if place % 2 == 1 else digit for place, digit in enumerate(digits))],
    )
