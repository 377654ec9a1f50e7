"""Joining an audience while a snapshot is read: nothing is missed, early or doubled."""

from console.delivery.catch_up import CatchUp


def test_events_during_the_snapshot_follow_it_in_order() -> None:
    shown: list[int] = []
    catching = CatchUp(shown.append)
    catching.hear(5)
    catching.hear(6)
    assert shown == []
    catching.go_on()
    catching.hear(7)
    assert shown == [5, 6, 7]


def test_events_in_the_snapshot_are_not_shown_again() -> None:
    shown: list[int] = []
    catching = CatchUp(shown.append)
    for n in (4, 5, 6):
        catching.hear(n)
    catching.go_on(lambda n: n > 5)
    assert shown == [6]


def test_an_event_during_the_replay_is_shown_at_once() -> None:
    shown: list[str] = []

    def show(event: str) -> None:
        shown.append(event)
        if event == "first":
            catching.hear("caused by it")

    catching = CatchUp(show)
    catching.hear("first")
    catching.go_on()
    assert shown == ["first", "caused by it"]
