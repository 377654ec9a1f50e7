"""Why a chat waits, as the board shows it."""

import pytest

from console.domain.directory import Directory, Member, Queue
from console.projection.models import AgentState, ChatState
from console.projection.picture import Picture
from console.projection.waiting_reason import waiting_reason

QUEUES = {
    "l1": Queue("l1", "Level 1", languages=("en", "fr"), overflow_to="l2", overflow_after=1_000),
    "l2": Queue("l2", "Level 2"),
    "pull": Queue("pull", "Taken", mode="pull"),
}
MEMBERS = {
    "ana": Member("ana", "Ana", "a@x", queues=("l1",), languages=("en",)),
    "ben": Member("ben", "Ben", "b@x", queues=("l2",)),
}
DIRECTORY = Directory(1, queues=QUEUES, members=MEMBERS)


def picture(*online: str, held: int = 0, limit: int = 1) -> Picture:
    made = Picture()
    for agent in online:
        slots = {slot: f"c{slot}" for slot in range(1, held + 1)}
        queues = list(MEMBERS[agent].queues)
        made.agents[agent] = AgentState(agent, agent, "online", True, limit, queues=queues, held=slots)
    return made


def chat(queue: str = "l1", language: str = "en", place: str = "waiting", **more: object) -> ChatState:
    return ChatState("c", place, queue, "vera", language=language, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("there", "waits", "why"),
    [
        (picture(), chat(), "nobody_online"),
        (picture("ben"), chat(), "nobody_online"),
        (picture("ana", held=1), chat(), "all_busy"),
        (picture("ana"), chat(language="fr"), "language"),
        (picture("ana"), chat(language="fr", any_language=True), "declined"),
        (picture("ana"), chat(language="de"), "declined"),  # the first language of the queue counts
        (picture("ana", "ben", held=1), chat(language="fr", lines=["l2"]), "all_busy"),
        (picture("ana"), chat("pull"), "to_take"),
        (picture("ana"), chat(place="offered"), "offered"),
    ],
)
def test_why_a_chat_waits(there: Picture, waits: ChatState, why: str) -> None:
    assert waiting_reason(there, DIRECTORY, waits) == why
