"""What a page may send about its visitor, and how much of it is kept."""

import pytest

from console.actions.visitor_profile import MOST_BYTES, MOST_FIELDS, ProfileBuilder, size
from console.domain.directory import Site
from console.errors import ProfileFull

SITE = Site("demo", "Demo", "support")
LONG = "x" * 490


def guest(**fields: str) -> ProfileBuilder:
    vera = ProfileBuilder("vera", lambda: SITE, "A browser")
    vera.set_identity("Vera", "", fields)
    return vera


def named(prefix: str, count: int, value: str = LONG) -> dict[str, str]:
    return {f"{prefix}{number:02}": value for number in range(count)}


def test_the_oldest_fields_give_way_to_what_would_be_too_much() -> None:
    vera = guest(plan="gold")
    for prefix in ("a", "b", "c"):
        vera.set_identity("", "", named(prefix, 15))
    kept = vera.profile.fields
    assert MOST_BYTES - 500 < size(kept) <= MOST_BYTES
    assert "plan" not in kept
    assert {*named("b", 15), *named("c", 15)} <= kept.keys()


def test_small_fields_are_kept_up_to_their_number() -> None:
    vera = guest(**named("a", 40, "1"))
    vera.set_identity("", "", named("b", 20, "1"))
    assert len(vera.profile.fields) == MOST_FIELDS


def test_too_much_at_once_is_refused_and_leaves_what_was_known() -> None:
    vera = guest(plan="gold")
    before = vera.profile
    with pytest.raises(ProfileFull, match="16 KiB"):
        vera.set_identity("Mallory", "", named("a", 20, "\N{PILE OF POO}" * 400))
    assert vera.profile == before


def test_a_time_zone_is_kept_as_it_is_and_what_is_none_is_not() -> None:
    vera = guest()
    for zone in ("Europe/Rome", "<b>", "a" * 65, "", "../etc"):
        vera.set_zone(zone)
    assert vera.profile.zone == "Europe/Rome"
