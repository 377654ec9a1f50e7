"""The visitor's chat as its visitor may know it: offers and wrap-ups are the staff's."""

from collections.abc import Mapping

from console.domain.directory import Member
from console.protocol import ChatForVisitor, Place
from console.queue.results import ChatSnapshot

REOPEN = 600_000  # ms, as in functions/chat.lua
PLACES: dict[str, Place] = {
    "waiting": "waiting",
    "offered": "waiting",
    "active": "active",
    "wrapup": "ended",
    "ended": "ended",
}


def visitor_chat(chat: ChatSnapshot, members: Mapping[str, Member]) -> ChatForVisitor:
    place = PLACES[chat.fields["place"]]
    agent = members.get(chat.fields.get("agent", "")) if place != "waiting" else None
    left = chat.fields.get("left_message") == "1"
    return ChatForVisitor(
        id=chat.id,
        place=place,
        last=chat.number("last"),
        agent=agent.name if agent else "",
        seen=min(chat.number("seen_agent"), chat.number("last")),
        promise=chat.number("promise"),
        can_reopen_until=chat.number("ended") + REOPEN if place == "ended" and not left else 0,
        rated=chat.fields.get("rated") == "1",
    )
