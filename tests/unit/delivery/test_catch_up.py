"""Joining an audience while a snapshot is read: nothing is missed, nothing comes before it, nothing comes twice."""

from console.delivery.catch_up import CatchUp


def test_what_comes_while_the_snapshot_is_read_follows_it_in_order() -> None:
    shown: list[int] = []
    catching = CatchUp(shown.append)
    catching.hear(5)
    catching.hear(6)
    assert shown == []
    catching.go_on()
    catching.hear(7)
    assert shown == [5, 6, 7]


def test_what_the_snapshot_has_already_is_not_shown_again() -> None:
    shown: list[int] = []
    catching = CatchUp(shown.append)
    for n in (4, 5, 6):
        catching.hear(n)
    catching.go_on(lambda n: n > 5)
    assert shown == [6]


def test_what_is_heard_while_waiting_events_are_shown_comes_at_once() -> None:
    shown: list[str] = []

    def show(event: str) -> None:
        shown.append(event)
        if event == "first":
            catching.hear("caused by it")

    catching = CatchUp(show)
    catching.hear("first")
    catching.go_on()
    assert shown == ["first", "caused by it"]
