"""What an incident is and when it is reported: facts and time in, news out; no store, clock or network."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.alerts.detector import AlertedChat
from console.domain.alerts import EVENTS, KINDS, AlertRule, Incident, Kind
from console.domain.directory import Queue
from console.events import Ended
from tests.support.alert_detector import CHATOPS, LATE, SUPPORT, Scene, at, office

LEVEL2 = Queue("level2", "Level 2", target=90 * 60_000)
SLOW = replace(SUPPORT, target=600_000)


def rule(**more: Any) -> AlertRule:
    return AlertRule("r1", "Night", destinations=(CHATOPS,), **{"quiet": 60_000, **more})


# --- late ----------------------------------------------------------------------------------------


def test_a_late_answer_is_told_with_whom_it_keeps_waiting() -> None:
    scene = Scene(LATE)
    scene.agent("ana", 0, online=True)
    scene.opens("c1", 1, name="Vera")
    scene.gets("c1", 2)
    assert scene.said == []
    (news,) = scene.late("c1", 7)
    assert (news.what, news.count, news.at) == ("opened", 1, at(7))
    assert news.chats == [AlertedChat("c1", "Vera", since=at(1), due=at(7), agent="Ana")]


def test_a_hundred_late_answers_in_a_minute_are_one_message() -> None:
    scene = Scene(LATE)
    for number in range(100):
        scene.opens(f"c{number}", number / 4)
        scene.late(f"c{number}", number / 4 + 6)
        if number % 2:
            scene.answers(f"c{number}", number / 4 + 6.5)
    assert scene.said == [("opened", "late", "support")]
    assert scene.detector.incidents["r1", "late", "support"].count == 100


def test_what_goes_on_is_told_again_after_the_quiet_period_and_once_when_it_is_over() -> None:
    scene = Scene(LATE)
    scene.opens("c1", 0)
    scene.late("c1", 6)
    for second in range(7, 140):
        scene.check(second)
    scene.answers("c1", 140)
    for second in range(141, 300):
        scene.check(second)
    assert [(one.what, one.at) for one in scene.reported] == [
        ("opened", at(6)),
        ("still", at(66)),
        ("still", at(126)),
        ("over", at(200)),
    ]
    over = scene.reported[-1].incident
    assert (over.opened, over.last, over.count) == (at(6), at(140), 1)


def test_what_comes_back_within_the_quiet_period_is_the_same_incident() -> None:
    scene = Scene(LATE)
    for second in (0, 30, 60):
        scene.opens(f"c{second}", second)
        scene.late(f"c{second}", second + 6)
        scene.answers(f"c{second}", second + 8)
        scene.check(second + 20)
    assert [(one.what, one.at) for one in scene.reported] == [("opened", at(6)), ("still", at(66))]


def test_a_rule_that_does_not_want_the_end_is_not_told_of_it() -> None:
    scene = Scene(replace(LATE, over=False))
    scene.opens("c1", 0)
    scene.late("c1", 6)
    scene.ends("c1", 7)
    scene.check(100)
    assert scene.said == [("opened", "late", "support")]
    assert scene.detector.incidents == {}
    assert scene.detector.gone == {("r1", "late", "support")}


def test_a_late_answer_that_came_in_the_same_breath_is_told_all_the_same() -> None:
    scene = Scene(LATE)
    scene.opens("c1", 0)
    scene.late("c1", 6)
    scene.answers("c1", 6)
    assert scene.said == [("opened", "late", "support")]


def test_what_was_missed_between_two_readers_is_told_by_the_next() -> None:
    scene = Scene(LATE)
    news = scene.detector.missed("support", AlertedChat("c1", "Vera", at(-20), 0), at(-10))
    again = scene.detector.missed("support", AlertedChat("c2", "Kim", at(-19), 0), at(-9))
    assert [(one.what, one.chats[0].name) for one in news] == [("opened", "Vera")]
    assert again == []
    assert [one.what for one in scene.check(60)] == ["over"]


# --- due soon ------------------------------------------------------------------------------------


def test_an_answer_is_due_soon_when_its_time_comes_without_any_fact() -> None:
    scene = Scene(rule(due_soon=600_000), queues=(LEVEL2,))
    scene.opens("c1", 0, queue="level2", name="Lumière Films")
    assert scene.detector.next_due() == at(80 * 60)
    assert scene.check(80 * 60 - 1) == []
    (news,) = scene.check(80 * 60)
    assert news.chats == [AlertedChat("c1", "Lumière Films", at(0), at(90 * 60))]


def test_an_answer_in_time_is_never_due_soon() -> None:
    scene = Scene(rule(due_soon=600_000), queues=(LEVEL2,))
    scene.opens("c1", 0, queue="level2")
    scene.answers("c1", 60)
    assert scene.detector.next_due() == 0
    scene.check(85 * 60)
    assert scene.said == []


def test_due_soon_passes_over_queues_whose_every_question_would_be() -> None:
    scene = Scene(rule(due_soon=10_000), queues=(SUPPORT, LEVEL2))
    scene.opens("c1", 0)
    scene.check(5)
    assert scene.said == []


def test_a_mail_is_due_soon_by_its_own_target_and_a_chat_of_the_same_queue_by_its() -> None:
    scene = Scene(rule(due_soon=600_000))
    scene.opens("c1", 0)  # within 6 seconds: every one of these would be due soon
    scene.opens("m1", 0, name="Max", channel="email")  # within 9 hours
    scene.opens("s1", 60, name="Kim", channel="sms")  # within 12 minutes
    assert scene.detector.next_due() == at(60 + 2 * 60)
    (news,) = scene.check(60 + 2 * 60)
    assert [one.name for one in news.chats] == ["Kim"]
    scene.ends("s1", 200)
    assert scene.detector.next_due() == at(9 * 3_600 - 600)
    scene.check(300)
    (news,) = scene.check(9 * 3_600 - 600)
    assert [one.name for one in news.chats] == ["Max"]


def test_only_the_queues_of_a_rule_are_told_of() -> None:
    scene = Scene(replace(LATE, queues=("level2",)), queues=(SUPPORT, LEVEL2))
    scene.opens("c1", 0)
    scene.late("c1", 6)
    assert scene.said == []


# --- the line, and nobody there ------------------------------------------------------------------


def test_too_many_waiting_chats_are_reported_with_the_first() -> None:
    scene = Scene(rule(line=2))
    for number in range(3):
        scene.opens(f"c{number}", number, name=f"Visitor {number}")
    (news,) = scene.reported
    assert (news.incident.kind, news.count) == ("line", 3)
    assert [chat.name for chat in news.chats] == ["Visitor 0", "Visitor 1", "Visitor 2"]


def test_a_message_names_only_the_first_five_chats() -> None:
    scene = Scene(rule(line=9))
    for number in range(12):
        scene.opens(f"c{number}", number)
    assert len(scene.reported[0].chats) == 5
    scene.check(100)
    assert scene.reported[1].count == 12


def test_nobody_online_is_told_after_a_while_and_only_while_it_is_open() -> None:
    scene = Scene(rule(nobody=120_000), queues=(replace(SUPPORT, hours=office()),))
    scene.agent("ana", -3600, online=False)
    assert scene.check(-1) == [], "closed until nine"
    assert scene.check(119) == []
    assert [one.what for one in scene.check(120)] == ["opened"], "counted from the opening"
    scene.agent("ana", 130, online=True)
    assert [one.what for one in scene.check(190)] == ["over"]


def test_an_agent_who_reloads_is_not_nobody() -> None:
    scene = Scene(rule(nobody=30_000))
    scene.agent("ana", 0, online=True)
    for second in (10, 50, 90):
        scene.agent("ana", second, online=False)
        scene.check(second + 5)
        scene.agent("ana", second + 8, online=True)
        scene.check(second + 30)
    assert scene.said == []


def test_nobody_ends_with_the_opening_hours() -> None:
    scene = Scene(rule(nobody=0), queues=(replace(SUPPORT, hours=office(begin=0, end=541)),))
    assert [one.what for one in scene.check(10)] == ["opened"]
    assert scene.check(70) == []
    assert [one.what for one in scene.check(130)] == ["over"]


# --- events: a message was left, a chat opened -----------------------------------------------------


def test_a_message_that_was_left_is_told_at_once_and_never_resolved() -> None:
    scene = Scene(rule(left=True))
    (news,) = scene.leaves_a_message("c1", 5, name="Vera")
    assert (news.what, news.incident.kind, news.count, news.at) == ("opened", "left", 1, at(5))
    assert news.chats == [AlertedChat("c1", "Vera", since=at(5), due=0)]
    for second in range(6, 200):
        scene.check(second)
    assert len(scene.reported) == 1
    assert scene.detector.incidents == {}
    assert scene.detector.gone == {("r1", "left", "support")}


def test_messages_of_a_quiet_period_are_told_together_at_its_end() -> None:
    scene = Scene(rule(left=True, over=False))
    for number in range(8):
        scene.leaves_a_message(f"c{number}", number * 5, name=f"Visitor {number}")
    for second in range(40, 300):
        scene.check(second)
    assert [(one.what, one.count, one.at) for one in scene.reported] == [("opened", 1, at(0)), ("still", 7, at(60))]
    assert [chat.name for chat in scene.reported[1].chats] == [f"Visitor {number}" for number in range(1, 6)]
    scene.leaves_a_message("late", 300)
    assert [(one.what, one.count) for one in scene.reported[2:]] == [("opened", 1)]


def test_a_message_left_from_the_line_is_one_too_and_no_chat_that_came() -> None:
    scene = Scene(rule(left=True, came=True))
    scene.opens("c1", 0, name="Vera")
    scene.fact(Ended, 30, chat="c1", why="message_left")
    scene.leaves_a_message("c2", 40)
    assert [(one.incident.kind, one.chats[0].name) for one in scene.reported] == [("came", "Vera"), ("left", "Vera")]


def test_a_chat_that_came_is_told_with_its_visitor_and_only_once() -> None:
    scene = Scene(rule(came=True, queues=("support",)), queues=(SUPPORT, LEVEL2))
    scene.opens("c1", 1, name="Vera")
    scene.opens("c2", 2, queue="level2")
    scene.gets("c1", 3)
    scene.answers("c1", 4)
    scene.ends("c1", 90)
    assert [(one.incident.kind, one.count, one.chats) for one in scene.reported] == [
        ("came", 1, [AlertedChat("c1", "Vera", at(1), at(1) + SUPPORT.target)])
    ]


def test_the_next_reader_tells_how_many_messages_were_left_in_the_quiet_period() -> None:
    first = Scene(rule(left=True))
    for number in range(3):
        first.leaves_a_message(f"c{number}", number)
    scene = Scene(rule(left=True), incidents=list(first.detector.incidents.values()))
    assert scene.check(59) == []
    (news,) = scene.check(60)
    assert (news.what, news.count, news.chats) == ("still", 2, [])


def test_a_message_left_between_two_readers_is_told_by_the_next() -> None:
    scene = Scene(rule(left=True))
    told = AlertedChat("c1", "Vera", at(-20), 0)
    assert [one.chats for one in scene.detector.missed("support", told, at(-20), "left")] == [[told]]
    assert scene.detector.missed("support", AlertedChat("c2", "Kim", at(-19), 0), at(-19), "left") == []
    assert [(one.what, one.count) for one in scene.check(41)] == [("still", 1)]


def test_a_message_left_is_no_chat_that_waits() -> None:
    scene = Scene(rule(line=0))
    scene.leaves_a_message("c1", 5)
    assert scene.said == []


# --- rules that change, and readers that go on --------------------------------------------------


def test_a_rule_turned_off_forgets_its_incidents_without_a_word() -> None:
    scene = Scene(LATE)
    scene.opens("c1", 0)
    scene.late("c1", 6)
    scene.detector.configure([replace(LATE, on=False)], scene.queues)
    assert scene.detector.gone == {("r1", "late", "support")}
    assert scene.check(300) == []


def test_the_next_reader_goes_on_with_the_incident_and_tells_nothing_twice() -> None:
    incident = Incident("r1", "late", "support", at(0), at(0), at(20))
    first = Scene(LATE)
    first.opens("c1", 0)
    first.late("c1", 6)
    scene = Scene(LATE, picture=first.detector.picture, incidents=[incident])
    assert scene.check(30) == []
    assert [one.what for one in scene.check(60)] == ["still"]


# --- against a plain model -----------------------------------------------------------------------


@dataclass
class Plain:
    """The same told naively: everything is counted anew at each moment."""

    rule: AlertRule
    chats: dict[str, dict[str, Any]] = field(default_factory=dict)
    online: bool = False
    since: int = 0
    moments: list[tuple[int, dict[Kind, bool]]] = field(default_factory=list)
    happened: list[tuple[Kind, int]] = field(default_factory=list)  # events, and the number of their moment

    def moment(self, now: int) -> None:
        rule = self.rule
        clocks = [chat["due"] for chat in self.chats.values() if chat["due"] and not chat["late"]]
        waiting = [chat for chat in self.chats.values() if chat["waits"]]
        holds: dict[Kind, bool] = {
            "due_soon": rule.due_soon is not None and any(due - rule.due_soon <= now for due in clocks),
            "late": rule.late and any(chat["late"] for chat in self.chats.values()),
            "line": rule.line is not None and len(waiting) > rule.line,
            "nobody": rule.nobody is not None and not self.online and now - self.since >= rule.nobody,
        }
        self.moments.append((now, holds))

    def happens(self, kind: Kind, now: int) -> None:
        """An event, in the moment of the fact that says so."""
        self.happened.append((kind, len(self.moments)))
        self.moment(now)

    def events(self, kind: Kind) -> list[tuple[int, str]]:
        """A message at once; what comes in the quiet period after it together at its end, or later if nobody looks."""
        messages: list[tuple[int, str]] = []
        told, place_told = 0, 0
        for place, (now, _) in enumerate(self.moments if self.rule.reports(kind) else ()):
            so_far = sum(of == kind and at_place <= place for of, at_place in self.happened)
            quiet_over = [
                not messages or then - messages[-1][0] >= self.rule.quiet
                for then, _ in self.moments[place_told : place + 1]
            ]
            if so_far > told and quiet_over[-1]:
                messages.append((now, "still" if messages and not any(quiet_over[:-1]) else "opened"))
                told, place_told = so_far, place
        return messages

    def told(self, kind: Kind) -> list[tuple[int, str]]:
        """A message when it begins, one each quiet period while it is so, one when it was not so for a quiet period."""
        messages: list[tuple[int, str]] = []
        going_on = False
        for place, (now, holds) in enumerate(self.moments):
            was_so = [
                then
                for before, (then, held) in enumerate(self.moments[: place + 1])
                if held[kind] or (before and self.moments[before - 1][1][kind])
            ]
            if not going_on and holds[kind]:
                messages.append((now, "opened"))
                going_on = True
            elif going_on and holds[kind]:
                if now - messages[-1][0] >= self.rule.quiet:
                    messages.append((now, "still"))
            elif going_on and now - was_so[-1] >= self.rule.quiet:
                messages.append((now, "over"))
                going_on = False
        return messages


RULES = st.builds(
    rule,
    due_soon=st.sampled_from([None, 1_000, 60_000, 300_000]),
    late=st.booleans(),
    line=st.sampled_from([None, 0, 1, 2]),
    nobody=st.sampled_from([None, 0, 30_000]),
    left=st.booleans(),
    came=st.booleans(),
    quiet=st.sampled_from([10_000, 60_000, 400_000]),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["open", "get", "answer", "end", "leave", "come", "go", "look", "look"]),
        st.integers(0, 3),  # which chat
        st.integers(0, 200),  # seconds on
    ),
    max_size=60,
)


@given(RULES, STEPS)
def test_reports_match_the_plain_model(wanted: AlertRule, steps: list[tuple[str, int, int]]) -> None:
    scene, plain = Scene(wanted, queues=(SLOW,)), Plain(wanted)
    scene.detector._unstaffed["support"] = plain.since = at(0)
    second, number = 0, 0
    for verb, which, ahead in steps:
        second += ahead
        _break_promises(scene, plain, second)
        names = list(plain.chats)
        chat = names[which] if which < len(names) else ""
        match verb:
            case "open":
                number += 1
                scene.opens(f"c{number}", second)
                due = at(second) + SLOW.target
                plain.chats[f"c{number}"] = {"due": due, "late": False, "waits": True}
                plain.happens("came", at(second))
                plain.moment(at(second))
            case "leave":
                number += 1
                scene.leaves_a_message(f"c{number}", second)
                plain.moment(at(second))
                plain.happens("left", at(second))
            case "get" if chat and plain.chats[chat]["waits"]:
                scene.gets(chat, second)
                plain.chats[chat]["waits"] = False
                plain.moment(at(second))
            case "answer" if chat and not plain.chats[chat]["waits"]:
                scene.answers(chat, second)
                plain.chats[chat] |= {"due": 0, "late": False}
                plain.moment(at(second))
            case "end" if chat:
                scene.ends(chat, second)
                del plain.chats[chat]
                plain.moment(at(second))
            case "come" | "go":
                scene.agent("ana", second, online=verb == "come")
                if plain.online and verb == "go":
                    plain.since = at(second)
                plain.online = verb == "come"
                plain.moment(at(second))
            case "look":
                scene.check(second)
                plain.moment(at(second))
    for kind in KINDS:
        told = [(one.at, one.what) for one in scene.reported if one.incident.kind == kind]
        assert told == (plain.events(kind) if kind in EVENTS else plain.told(kind)), kind


def _break_promises(scene: Scene, plain: Plain, second: int) -> None:
    """As the store's timers do."""
    for chat, stands in plain.chats.items():
        if stands["due"] and not stands["late"] and stands["due"] <= at(second):
            scene.late(chat, second)
            stands["late"] = True
            plain.moment(at(second))


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_tells_what_it_was_made_for(kind: Kind) -> None:
    tells = {"due_soon": 1_000, "late": True, "line": 0, "nobody": 0, "left": True, "came": True}
    assert [one for one in KINDS if rule(**{kind: tells[kind]}).reports(one)] == [kind]
