"""The checker itself: given a story with one fault, it names that fault and no other."""

import msgspec
import pytest

from console.bench.checker import Claim, View, check, count
from console.events import (
    AgentChanged,
    AnyFact,
    Assigned,
    Author,
    Ended,
    Message,
    Note,
    Offered,
    Opened,
    Released,
    Visitor,
    Wrapped,
)

ANA, VERA = Author("ana", "Ana"), Author("vera", "Vera")


def opened(chat: str, cid: str = "o") -> Opened:
    return Opened(at=1, chat=chat, seq=1, prev=0, visitor=Visitor("vera"), queue="support", site="demo", due=7, cid=cid)


def said(chat: str, seq: int, cid: str, *, prev: int | None = None, by: Author = VERA) -> Message:
    role = "agent" if by is ANA else "visitor"
    before = seq - 1 if prev is None else prev
    return Message(at=seq, chat=chat, seq=seq, prev=before, by=role, author=by, cid=cid, text=cid)


def assigned(chat: str, seq: int, agent: str = "ana", slot: int = 1) -> Assigned:
    return Assigned(
        at=seq, chat=chat, seq=seq, prev=seq - 1, agent=agent, name=agent, slot=slot, why="next_in_line", candidates=1,
        clocks=0, waited=0,
    )  # fmt: skip


def story() -> list[AnyFact]:
    """Vera opens, Ana answers and writes a note, Vera thanks and leaves."""
    return [
        opened("c", "v1"),
        said("c", 2, "v1"),
        assigned("c", 3),
        said("c", 4, "a1", by=ANA),
        Note(at=5, chat="c", seq=5, prev=4, author=ANA, cid="n1", text="regular"),
        said("c", 6, "v2", prev=4),
        said("c", 7, "v3"),
        Ended(at=8, chat="c", seq=8, prev=7, why="visitor", author=VERA, cid="e1", agent="ana"),
    ]


def memories() -> list[Claim]:
    return [
        Claim("vera", "v1", "acked", "c", 2),
        Claim("ana", "a1", "acked", "c", 4),
        Claim("ana", "n1", "acked", "c", 5),
        Claim("vera", "v2", "acked", "c", 6),
        Claim("vera", "v3", "acked", "c", 7),
        Claim("vera", "e1", "acked", "c", 8),
        Claim("vera", "v9", "unknown"),
        Claim("vera", "v8", "refused"),
    ]


def screens() -> list[View]:
    return [View("vera", "c", [1, 2, 3, 4, 6, 7, 8]), View("ana", "c", [1, 2, 3, 4, 5, 6, 7, 8], staff=True)]


def found(
    facts: list[AnyFact] | None = None, claims: list[Claim] | None = None, views: list[View] | None = None
) -> str:
    """The findings as text, one a line."""
    findings = check(memories() if claims is None else claims, facts or story(), screens() if views is None else views)
    return "\n".join(str(finding) for finding in findings)


def test_a_clean_story_has_no_findings() -> None:
    assert found() == ""
    assert set(count([]).values()) == {0}


def test_one_lost_message_is_named() -> None:
    without = [fact for fact in story() if getattr(fact, "cid", "") != "v2"]
    text = found(without)
    assert "lost: vera's v2 was acknowledged and is nowhere" in text
    assert "lost: the log of c has no 6" in text


def test_an_acknowledged_message_that_left_no_gap_is_still_lost() -> None:
    claims = [*memories(), Claim("vera", "v4", "acked", "c", 9)]
    assert found(claims=claims) == "lost: vera's v4 was acknowledged and is nowhere"


def test_one_doubled_message_is_named() -> None:
    facts = story()
    facts[-1] = msgspec.structs.replace(facts[-1], seq=9, prev=8)
    facts.insert(-1, said("c", 8, "v3"))
    text = found(facts, [claim for claim in memories() if claim.cid != "e1"], [])
    assert text == "doubled: vera's v3 stands at c:7, c:8"


def test_one_swapped_pair_is_named() -> None:
    facts = story()
    facts[5], facts[6] = said("c", 6, "v3", prev=4), said("c", 7, "v2")
    claims = memories()
    claims[3].seq, claims[4].seq = 7, 6
    assert found(facts, claims) == "disordered: vera's v3 is before what they said before it"


def test_two_facts_recorded_the_wrong_way_round_are_named() -> None:
    facts = story()
    facts[5], facts[6] = facts[6], facts[5]
    assert "disordered: the log of c has 6 after 7" in found(facts)


def seven() -> list[AnyFact]:
    numbers = range(7)
    return [fact for n in numbers for fact in (opened(f"c{n}"), assigned(f"c{n}", 2, slot=n + 1))]


def test_one_chat_over_the_limit_is_named() -> None:
    assert found(seven(), [], []) == "over_limit: ana holds 7 chats since c6:2"
    assert check([], seven(), limits={"ana": 7}) == []


def test_a_limit_counts_from_the_fact_that_says_it() -> None:
    lower = AgentChanged(at=2, agent="ana", name="Ana", status="online", connected=True, limit=6, fence=1)
    assert found([lower, *seven()], [], []) == "over_limit: ana holds 7 chats since c6:2"
    four = seven()[:8]
    assert found([*four, msgspec.structs.replace(lower, limit=4)], [], []) == ""


def test_two_chats_in_one_slot_are_named() -> None:
    facts: list[AnyFact] = [opened("c"), assigned("c", 2), opened("d"), assigned("d", 2)]
    assert found(facts, [], []) == "over_limit: ana got d:2 into slot 1, where c is"


def test_an_offer_keeps_a_slot_and_so_does_a_wrap_up() -> None:
    offer = Offered(
        at=2, chat="c", seq=2, prev=1, agent="ana", name="Ana", slot=1, until=9, candidates=1, clocks=0
    )  # fmt: skip
    end = Ended(at=4, chat="c", seq=4, prev=3, why="agent", agent="ana", wrapup=9)
    facts: list[AnyFact] = [opened("c"), offer, msgspec.structs.replace(assigned("c", 3), prev=1), end]
    assert found(facts, [], []) == ""
    again = [*facts, opened("d"), assigned("d", 2)]
    assert found(again, [], []) == "over_limit: ana got d:2 into slot 1, where c is"
    wrapped = Wrapped(at=5, chat="c", seq=5, prev=4, agent="ana", why="done", took=1)
    assert found([*facts, wrapped, opened("d"), assigned("d", 2)], [], []) == ""


def test_a_chat_with_two_holders_is_named() -> None:
    facts: list[AnyFact] = [opened("c"), assigned("c", 2), assigned("c", 3, "ben")]
    assert found(facts, [], []) == "over_limit: c went to ben while ana held it"


def test_a_chat_that_went_back_frees_its_slot() -> None:
    facts: list[AnyFact] = []
    for number in range(9):
        chat = f"c{number}"
        back = Released(at=3, chat=chat, seq=3, prev=2, agent="ana", why="gone")
        facts += [opened(chat), assigned(chat, 2), back]
    assert found(facts, [], []) == ""


@pytest.mark.parametrize(
    ("seqs", "wrong"),
    [
        ([1, 2, 3, 6, 7, 8], "lost: vera's screen of c has no 4"),
        ([1, 2, 3, 4, 6, 6, 7, 8], "doubled: vera's screen of c has 6 2 times"),
        ([1, 2, 3, 4, 7, 6, 8], "disordered: vera's screen of c has 6 after 7"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "untrue: vera's screen of c has a 5 that should not be there"),
    ],
)
def test_a_screen_that_shows_something_else_is_named(seqs: list[int], wrong: str) -> None:
    assert found(views=[View("vera", "c", seqs)]) == wrong


def test_an_agent_is_shown_a_chat_only_until_it_leaves_them() -> None:
    views = [View("ana", "c", [1, 2, 3, 4], staff=True, whole=False)]
    assert found(views=views) == ""
    views[0].seqs.remove(2)
    assert found(views=views) == "lost: ana's screen of c has no 2"


def test_answers_that_are_not_true_are_named() -> None:
    claims = [Claim("vera", "v1", "acked", "c", 9), Claim("vera", "v2", "refused")]
    assert found(claims=claims).splitlines() == [
        "untrue: vera's v1 was acknowledged as c:9 and is not there",
        "untrue: vera's v2 was refused and stands at c:6",
    ]


def test_an_unknown_command_may_be_there_once_or_not_at_all() -> None:
    assert found(claims=[Claim("vera", "v1"), Claim("vera", "never")]) == ""
    twice = [*story(), said("d", 1, "v1", prev=0)]
    assert "doubled: vera's v1 stands at c:2, d:1" in found(twice, [Claim("vera", "v1")], [])


def test_a_public_fact_that_names_the_wrong_one_before_it_is_found() -> None:
    facts = story()
    facts[6] = msgspec.structs.replace(facts[6], prev=5)
    assert found(facts) == "disordered: c:7 names 5 as the public fact before it, not 6"


def test_findings_are_counted_by_kind() -> None:
    facts = [fact for fact in story() if getattr(fact, "cid", "") != "v3"]
    counted = count(check(memories(), facts))
    assert counted["lost"] == 2
    assert counted["over_limit"] == 0
