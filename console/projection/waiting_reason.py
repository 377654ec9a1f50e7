"""Why a chat currently waits. Pure."""

from typing import Literal

from console.domain.directory import Directory, Member
from console.projection.models import ChatState
from console.projection.picture import Picture

WaitingReason = Literal["offered", "to_take", "nobody_online", "language", "all_busy", "declined"]


def waiting_reason(picture: Picture, directory: Directory, chat: ChatState) -> WaitingReason:
    """Return why a chat waits; an offered chat waits, too."""
    queue = directory.queues.get(chat.queue)
    if chat.place == "offered":
        return "offered"
    if queue is not None and not queue.assigns(chat.channel):
        return "to_take"
    lines = {chat.queue, *chat.lines}
    online = [agent for agent in picture.agents.values() if agent.online and not lines.isdisjoint(agent.queues)]
    if not online:
        return "nobody_online"
    language = language_of_chat(directory, chat)
    speakers = [agent for agent in online if speaks(directory.members.get(agent.id), language)]
    if not speakers:
        return "language"
    return "declined" if any(agent.free_slots for agent in speakers) else "all_busy"


def language_of_chat(directory: Directory, chat: ChatState) -> str:
    """Return the language that decides who may have the chat, by the store's rules; empty for any."""
    queue = directory.queues.get(chat.queue)
    if queue is None or not queue.languages or chat.any_language:
        return ""
    return chat.language if chat.language in queue.languages else queue.languages[0]


def speaks(member: Member | None, language: str) -> bool:
    return member is None or not language or not member.languages or language in member.languages
