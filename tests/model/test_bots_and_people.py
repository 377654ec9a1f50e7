"""A chat goes between a bot and people in every way there is, and store and model agree at each step."""

from tests.model.lockstep import Twin
from tests.model.moves import Moves
from tests.model.test_found_before import twin

__all__ = ["twin"]  # the fixture

WAYS = {  # why people have it -> the moves to it: name, k, j, yes
    "handed": [("bot_answers", 0, 0, True), ("bot_gives_up", 1, 0, True)],
    "asked": [("bot_answers", 0, 0, False), ("visitor_asks_for_a_person", 0, 0, True)],
    "silent": [("bot_is_slow", 0, 3, False), ("much_time_passes", 0, 2, False)],
    "gone": [("bot_answers", 0, 0, False), ("bot_leaves", 0, 1, True)],
    "taken": [("takes_over", 0, 1, False)],
}


def test_a_chat_comes_from_the_bot_in_every_way(twin: Twin) -> None:
    for why, way in WAYS.items():
        moves, seen = Moves(twin), twin.model.n
        moves.made = seen
        moves.bot_connects(2, 0, False)
        moves.opens(seen % 8, 0, False)
        for move, k, j, yes in way:
            getattr(moves, move)(k, j, yes)
        handed = [
            fact for c in twin.model.chats.values() for fact in c.log if fact.get("bot") and fact.get("why") == why
        ]
        assert handed, why
        moves.visitor_ends(0, 0, False)


def test_ana_gives_it_back_with_a_promise_and_an_open_question(twin: Twin) -> None:
    moves = Moves(twin)
    moves.bot_connects(2, 0, False)
    moves.opens(0, 0, False)
    moves.bot_gives_up(0, 0, False)
    (chat,) = twin.model.chats.values()
    assert chat.place == "active"
    moves.command("agent_say", *moves.mine(chat), "One moment.", len(chat.log), promise=30_000)
    moves.writes(chat, moves.visitor(chat))
    moves.agent_gives_it_to_the_bot(0, 1, False)
    assert (chat.place, chat.log[-2]["promised"]["kept"], chat.log[-1]["why"]) == ("bot", True, "given")
    assert f"botlate:{chat.id}" in twin.model.timers, "the bot has the question now"
    moves.bot_ends(0, 0, True)
    assert not any(fact.get("solved") for fact in chat.log)
