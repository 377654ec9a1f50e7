"""What Vera reads while she waits, when nobody can take her chat, and when it is transferred."""

from datetime import UTC, datetime, timedelta

from console.domain.directory import Hours, Queue
from console.domain.opening_hours import next_opening
from tests.stories.teams import at_work, person, set_up
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.json_clients import Agent, Frame, Visitor
from tests.support.left_messages import left_by
from tests.support.server_process import RunningServer

TARGET = 60_000  # ms: no clock matters here


def shut() -> Hours:
    """One hour, tomorrow at about this time."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return Hours("UTC", ((tomorrow.weekday(), tomorrow.hour * 60, tomorrow.hour * 60 + 60),))


async def comes_and_opens(server: RunningServer, text: str, queue: str) -> Visitor:
    visitor = await Visitor.comes(server, queue=queue)
    await visitor.opens(text)
    return visitor


def place(visitor: Visitor) -> int:
    """The last place in line that was told."""
    return [frame["position"] for frame in visitor.heard if frame["t"] == "line"][-1]


def team(visitor: Visitor) -> Frame:
    """Who is there, as last told."""
    told = [frame.get("team", frame) for frame in visitor.heard if frame["t"] in ("welcome", "team")][-1]
    return {key: value for key, value in told.items() if key != "t"}


async def test_waiting_visitors_see_their_position_and_move_up(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET)], [person("alice", "small", limit=1)])
    (alice,) = await at_work(server, "alice")
    first = await comes_and_opens(server, "One", "small")
    await alice.gets(first.chat)
    second = await comes_and_opens(server, "Two", "small")
    third = await comes_and_opens(server, "Three", "small")
    told = await third.hears("line")
    assert (told["position"], told["wait"]) == (2, -1), "nothing is known of the pace yet, so nothing is said"
    await alice.command("end", chat=first.chat)
    await alice.gets(second.chat)
    moved = await third.hears(lambda frame: frame["t"] == "line" and frame["position"] == 1)
    assert moved["wait"] >= 0, "now one has waited and was taken"


async def test_a_full_queue_is_announced_and_takes_a_message(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET, longest=1)], [person("alice", "small", limit=1)])
    (alice,) = await at_work(server, "alice")
    first = await comes_and_opens(server, "One", "small")
    await alice.gets(first.chat)
    await comes_and_opens(server, "Two", "small")
    vera = await Visitor.comes(server, queue="small")
    refused = await vera.opens("Three")
    assert (refused["code"], refused["final"]) == ("line_full", True)
    left = await vera.command("leave_message", email="vera@example.com", text="Three")
    assert left["t"] == "ack"


async def test_when_the_last_agent_goes_vera_leaves_her_address_and_keeps_her_words(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET)], [person("alice", "small", limit=1)])
    (alice,) = await at_work(server, "alice")
    first = await comes_and_opens(server, "One", "small")
    await alice.gets(first.chat)
    vera = await comes_and_opens(server, "My parcel is lost", "small")
    told = await vera.hears("line")
    assert "can_leave" not in told, "somebody is there, and she has just come"
    await alice.leave()
    await vera.hears(lambda frame: frame["t"] == "line" and frame.get("can_leave"))
    left = await vera.command("leave_message", email="vera@example.com")
    assert (left["t"], left["chat"]) == ("ack", vera.chat), "her chat is the message"
    ended = await vera.is_told("ended")
    assert ended["why"] == "message_left"
    assert (await vera.says("And?"))["code"] == "ended"
    left = await eventually(lambda: left_by(server, "vera@example.com"), "the message in the archive")
    assert left == [["My parcel is lost"]]


async def test_after_a_long_wait_vera_may_leave_though_somebody_is_there(server: RunningServer) -> None:
    await set_up(
        server, [Queue("small", "Small", target=TARGET, leave_after=1_500)], [person("alice", "small", limit=1)]
    )
    (alice,) = await at_work(server, "alice")
    first = await comes_and_opens(server, "One", "small")
    await alice.gets(first.chat)
    vera = await comes_and_opens(server, "Two", "small")
    assert "can_leave" not in await vera.hears("line")
    await vera.hears(lambda frame: frame["t"] == "line" and frame.get("can_leave"))
    assert team(vera) == {"online": True}
    left = await vera.command("leave_message", email="vera@example.com", text="By e-mail then")
    assert left["chat"] == vera.chat
    assert vera.texts() == ["Two", "By e-mail then"]
    assert [fact["cid"] for fact in vera.facts() if fact["kind"] == "ended"] == [left["cid"]]


async def test_an_address_that_crosses_with_an_agent_ends_nothing(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET)], [person("alice", "small", limit=1)])
    (alice,) = await at_work(server, "alice")
    vera = await comes_and_opens(server, "One", "small")
    await alice.gets(vera.chat)
    assert (await vera.command("leave_message", email="vera@example.com"))["code"] == "nothing_to_do"
    assert (await vera.says("Still here"))["chat"] == vera.chat
    await alice.reads("Still here")


async def test_outside_the_hours_vera_learns_when_the_team_is_back(server: RunningServer) -> None:
    hours = shut()
    queue = Queue("small", "Small", target=TARGET, hours=hours)
    await set_up(server, [queue], [person("alice", "small")])
    (alice,) = await at_work(server, "alice")
    vera = await Visitor.comes(server, queue="small")
    back_at = next_opening(hours, int(datetime.now(UTC).timestamp() * 1000))
    assert team(vera) == {"online": False, "back_at": back_at}
    assert (await vera.opens("Anybody?"))["code"] == "closed"
    async with stores_of(server) as stores:
        await stores.queues.put(Queue("small", "Small", target=TARGET))
    await eventually(lambda: team(vera) == {"online": True}, "the new hours to hold")
    await vera.opens("Anybody?")
    await alice.gets(vera.chat)


async def test_waiting_chats_are_served_after_hours(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET)], [person("alice", "small", limit=1)])
    (alice,) = await at_work(server, "alice")
    first = await comes_and_opens(server, "One", "small")
    await alice.gets(first.chat)
    second = await comes_and_opens(server, "Two", "small")
    late = await Visitor.comes(server, queue="small")
    async with stores_of(server) as stores:
        await stores.queues.put(Queue("small", "Small", target=TARGET, hours=shut()))
    await eventually(lambda: not team(late)["online"], "the hours to have ended")
    assert team(second) == {"online": True}, "she is in line, and somebody is there"
    await alice.command("end", chat=first.chat)
    await alice.gets(second.chat)


async def test_agents_of_the_next_tier_serve_the_first(server: RunningServer) -> None:
    first = Queue("l1", "Level 1", target=TARGET, overflow_to="l2", overflow_after=1_000)
    await set_up(server, [first, Queue("l2", "Level 2")], [person("alice", "l1"), person("paul", "l2")])
    (paul,) = await at_work(server, "paul")
    vera = await comes_and_opens(server, "Anybody?", "l1")
    assert team(vera) == {"online": True}
    await paul.gets(vera.chat)


async def test_an_unknown_queue_is_a_clear_error(server: RunningServer) -> None:
    await Agent.comes(server, "ana")
    vera = await Visitor.comes(server, queue="partners")
    refused = await vera.opens("Hello", queue="partners")
    assert (refused["code"], refused["message"]) == ("no_queue", "Queue not found.")
    await vera.hears(lambda frame: frame["t"] in ("welcome", "team") and team(vera)["online"])
    assert (await vera.opens("Hello"))["t"] == "ack", "the site's own queue takes her"


async def test_visitors_learn_of_a_transfer_but_not_of_staff_matters(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("I was charged twice")
    await ana.gets(vera.chat)
    ben = await Agent.comes(server, "ben")
    await ben.is_welcome()
    await ana.command("transfer", chat=vera.chat, agent="ben", note="She is cross")
    await ben.gets(vera.chat)
    assert (await vera.is_told("transferred")).keys() == {"t", "chat", "seq", "prev", "at", "kind"}
    assert [fact["name"] for fact in vera.facts() if fact["kind"] == "assigned"] == ["Ana", "Ben"]
    back = await Visitor.comes(server, knows=vera, after=0)
    assert (await back.hears("welcome"))["chat"]["agent"] == "Ben"
    assert "cross" not in str(vera.heard) + str(back.heard)


async def test_visitors_see_a_promise_and_its_outcome(server: RunningServer) -> None:
    ana = await Agent.comes(server, "ana")
    await ana.is_welcome()
    vera = await Visitor.comes(server)
    await vera.opens("Where is my parcel?")
    await ana.gets(vera.chat)
    asked = max(fact["seq"] for fact in ana.facts() if fact["chat"] == vera.chat)
    await ana.command("say", chat=vera.chat, text="I look and am back", read=asked, promise=120_000)
    holding = await vera.reads("I look and am back")
    assert holding["promise"] == holding["at"] + 120_000
    again = await Visitor.comes(server, knows=vera, after=0)
    assert (await again.hears("welcome"))["chat"]["promise"] == holding["promise"]
    await ana.answers(vera.chat, "It comes tomorrow")
    answer = await vera.reads("It comes tomorrow")
    assert (answer["promised"], answer.get("promise", 0)) == ("kept", 0)


async def test_to_visitors_an_offer_is_waiting_and_wrap_up_is_the_end(server: RunningServer) -> None:
    queue = Queue("small", "Small", target=TARGET, mode="offer", accept=60_000, wrapup=60_000)
    await set_up(server, [queue], [person("alice", "small")])
    (alice,) = await at_work(server, "alice")
    vera = await comes_and_opens(server, "Hello", "small")
    assert (await vera.hears("line"))["position"] == 1
    again = await Visitor.comes(server, knows=vera)
    told = (await again.hears("welcome"))["chat"]
    assert (told["place"], told.get("agent", "")) == ("waiting", "")
    await alice.command("accept", chat=vera.chat)
    await vera.is_told("assigned")
    await alice.say_frame("shown", chat=vera.chat, seq=1)
    await alice.command("end", chat=vera.chat)
    await vera.is_told("ended")
    after = await Visitor.comes(server, knows=vera)
    told = (await after.hears("welcome"))["chat"]
    assert told["place"] == "ended"
    assert told["can_reopen_until"] > 0
    assert {fact["kind"] for fact in vera.facts()} <= {"opened", "message", "assigned", "ended"}


async def test_a_command_with_a_wrong_field_is_refused_by_name_and_the_next_one_is_taken(server: RunningServer) -> None:
    await set_up(server, [Queue("small", "Small", target=TARGET)], [person("alice", "small", limit=1)])
    await at_work(server, "alice")
    vera = await Visitor.comes(server, queue="small")
    refused = await vera.command("open", text="Hello", fields={"user_id": 42})
    assert (refused["code"], refused["final"]) == ("bad_frame", True)
    assert "fields[...]: Expected `str`, got `int`" in refused["message"]
    assert (await vera.command("set", no_such_field=1))["message"].endswith(
        "Object contains unknown field `no_such_field`"
    )
    await vera.say_raw('{"t":"open","cid":7}')
    assert (await vera.hears("error"))["code"] == "bad_frame"
    assert (await vera.command("open", text="Hello", fields={"user_id": "42"}))["t"] == "ack"
