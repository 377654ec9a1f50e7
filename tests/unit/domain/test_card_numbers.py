"""Card numbers are masked in every notation; numbers that only look like one are kept."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.domain.card_numbers import MASK, NETWORKS, _hidden, _is_parcel, ibans, long_runs, mask_cards, masked_at
from tests.support.written_numbers import numbers_with

CARDS = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111 - 1111 - 1111 - 1111",
    "4111.1111.1111.1111",
    "4111\u00a01111\u20091111\u22121111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "4111 1111\n1111 1111",
    "**4111** **1111** **1111** **1111**",
    "- 4111\n- 1111\n- 1111\n- 1111",
    "41\u200b11 1111 1111 1111",
    "４１１１　１１１１　１１１１　１１１１",
    "٤١١١١١١١١١١١١١١١",
    "378282246310005",
    "3782 822463 10005",
    "5555555555554444",
    "2223003122003222",
    "6011 1111 1111 1117",
    "3530111333300000",
    "30569309025904",
    "4111/1111/1111/1111",
    "4111_1111_1111_1111",
    "4111,1111,1111,1111",
    "4111:1111:1111:1111",
    "4111*1111*1111*1111",
    "4111|1111|1111|1111",
    "4111     1111     1111     1111",
    "4111\u200e1111\u200f1111\u061c1111",
    "4222222222222",
    "6304000000000000",
    "6759649826438453",
    "6200000000000005",
    "2200000000000004",
    "4111；1111；1111；1111",
    "4111／1111／1111／1111",
    "4111：1111：1111：1111",
    "4111＿1111＿1111＿1111",
    "4111\u202f1111\u202f1111\u202f1111",
    "4111\u00a0\u00a0 \u00a01111\u00a01111\u00a01111",
    "4111" + " " * 30 + "1111 1111 1111",
    "4111 -- 1111 -- 1111 -- 1111",
    "4111-1111 1111.1111",
    "4111_1111/1111:1111",
    "\u200f4111\u200f 1111\u200e 1111\u2060 1111",
    "4\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e3 1111 1111 1111",
    "３７８２ ８２２４６３ １０００５",
    "4111 1111\t1111 1111",
    "5019717010103742",
    "9704000000000000016",
    "41 11 11 11 11 11 11 11",
    "4111 1111 11111111",
    "411111 1111111111",
)
NO_CARDS = (
    "4111111111111112",
    "order 1795343605123456",
    "call +39 06 6982 1234 or 3",
    "1795343605123",
    "ISBN 9783161484100",
    "v1.2.3.4.5.6.7.8.9.0.1.2.3.4",
    "2026-11-22 13:45:00",
    "12",
    "",
    "barcode 4006381333931",
    "IMEI 356938035643809",
    "https://shop.example/orders/4111111111111111?x=5555555555554444",
    "see shop.example/orders/4111111111111111",
    "www.shop.example/4111111111111111",
    "4111111111111111@shop.example",
    "parcel TRK4111111111111111",
    "key 4111111111111111ab",
    "call +44 1111 1111 11111 or",
    "turnover 4,111,111,111,111,111",
    "at 45.46427, 9.18951",
    "51 digits? no: 5105105105105",
    "an American Express of the wrong length: 3400000000000000",
    "a Mastercard of the wrong length: 51051051051051",
    "order #4111111111111111",
    "IBAN DE84 5105 0015 0000 0006 00",
    "IBAN DE68510500150000000005",
    "IT60 X054 2811 1010 0000 0123 456",
    "parcel 9405 5118 9956 2000 0009 05",
    "parcel 1Z 999 AA1 01 2345 6784",
    "call +49 4222 2222 22222",
    "call ＋39 4222222222222",
    "(see https://shop.example/o/4111111111111111)",
    "(shop.example/o/4111111111111111)",
    "shop.example:8443/4111111111111111",
    "https://shop.example/4111-1111-1111-1111/edit",
    "4111111111111111.orders@shop.example",
    "orders+4111111111111111@shop.example",
    "x@4111111111111111.example",
    "at 20261122134500",
    "at 1795343605123456789 ns",
    "from 2026-11-22 13:45 to 2026-11-23 14:45",
    "+1 (411) 111-1111 and +1 (411) 111-1112",
    "30 11 2023 14 30 00 99",
    "call 0034 91 123 45 67 / 0034 91 234 56 78",
)


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_shows_its_last_four_digits_only(card: str) -> None:
    masked = mask_cards(f"it is {card}, thanks")
    digits = [char for char in masked if char.isdecimal()]
    typed = [char for char in card if char.isdecimal()]
    assert digits == typed[-4:]
    assert len(masked) == len(f"it is {card}, thanks")


@pytest.mark.parametrize("text", NO_CARDS)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert mask_cards(text) == text


def test_a_card_is_found_beside_its_date_and_code() -> None:
    assert mask_cards("4111 1111 1111 1111 12/27 123") == f"{MASK * 4} {MASK * 4} {MASK * 4} 1111 12/27 123"


@pytest.mark.parametrize(
    "text", ["pay at https://shop.example\u00a04111 1111 1111 1111", "https://shop.example 4111111111111111"]
)
def test_a_card_after_a_web_address_is_masked(text: str) -> None:
    assert mask_cards(text).endswith("1111")
    assert mask_cards(text).count(MASK) == 12


@pytest.mark.parametrize("text", ["4111111111111111exp 12/29", "4111111111111111cvv123"])
def test_a_card_right_before_its_expiry_or_code_is_masked(text: str) -> None:
    assert mask_cards(text).count(MASK) == 12


@pytest.mark.parametrize("text", ["numero.carta:4111111111111111", "+39 333 123 4567 4111 1111 1111 1111"])
def test_a_card_behind_a_label_or_a_phone_number_is_masked(text: str) -> None:
    assert mask_cards(text).count(MASK) == 12


def test_two_cards_in_a_row_are_both_masked() -> None:
    masked = mask_cards("4111111111111111 5555555555554444")
    assert masked == f"{MASK * 12}1111 {MASK * 12}4444"


@given(st.text(alphabet="0123456789 -.", max_size=200))
def test_masking_changes_digits_and_nothing_else(text: str) -> None:
    masked = mask_cards(text)
    assert len(masked) == len(text)
    assert all(new == old or (new == MASK and old.isdecimal()) for new, old in zip(masked, text, strict=True))


@settings(max_examples=500)
@given(numbers_with(*CARDS, *NO_CARDS))
@example("no digit more than the shortest card: 4222222222222")
def test_the_quick_look_hides_the_same_as_the_whole_one(text: str) -> None:
    places = [place for run in long_runs(text) if not _is_parcel(run) for place in _hidden(run, ibans(text))]
    assert mask_cards(text) == masked_at(text, places)


@pytest.mark.parametrize("word", ["card", "Carta:", "VISA", "mycard"])
def test_a_card_right_behind_its_name_is_masked(word: str) -> None:
    assert mask_cards(f"{word}4111111111111111") == f"{word}{MASK * 12}1111"


def test_every_network_is_masked_at_each_of_its_lengths_only() -> None:
    for network in NETWORKS:
        for length in range(13, 20):
            number = _with_check_digit(network.first.ljust(length - 1, "0"))
            if length == 13 and mask_cards(number) == number:
                continue  # a barcode too, or a length that is not issued
            assert (mask_cards(number) != number) == (length in network.lengths), (network, number)


@pytest.mark.parametrize(
    "hostile",
    [
        " ".join(["4"] * 30_000),
        "DE68 " * 12_000,
        "4" + " - " * 20_000,
        "4111111111111111/" * 4_000,
        "https://" + "4111111111111111-" * 4_000,
        "4," * 32_000,
    ],
)
def test_hostile_numbers_take_bounded_time(hostile: str) -> None:
    began = time.process_time()
    mask_cards(hostile)
    assert time.process_time() - began < 4  # s of this process alone; a quadratic way takes minutes


def _with_check_digit(number: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    return number + str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)
