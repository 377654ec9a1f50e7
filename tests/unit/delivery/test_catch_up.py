"""Joining an audience while a snapshot is read: nothing is missed, early or doubled."""

from console.delivery.catch_up import CatchUp


def test_events_during_the_snapshot_follow_it_in_order() -> None:
    catching = CatchUp[int]()
    assert catching.hold(5)
    assert catching.hold(6)
    assert catching.release() == [5, 6]
    assert not catching.hold(7)
    assert catching.release() == []


def test_events_in_the_snapshot_are_not_shown_again() -> None:
    catching = CatchUp[int]()
    assert all(catching.hold(n) for n in (4, 5, 6))
    assert catching.release(lambda n: n > 5) == [6]


def test_an_event_during_the_replay_is_shown_at_once() -> None:
    catching = CatchUp[str]()
    assert catching.hold("first")
    for event in catching.release():
        assert event == "first"
        assert not catching.hold("caused by it")
