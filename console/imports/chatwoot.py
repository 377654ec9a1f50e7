"""Conversations as Chatwoot's API gives them, each with all its messages in `messages`.

The format is Chatwoot's own: app/views/api/v1/conversations/partials/_conversation.json.jbuilder and
app/views/api/v1/models/_message.json.jbuilder.
"""

from collections.abc import Mapping
from typing import Any

from console.domain.imports import Misfit, PastChat, SaidLine
from console.imports.fields import (
    Fields,
    details,
    line,
    name_of,
    object_of,
    objects_of,
    pieces,
    text_of,
    texts_of,
    time_of,
)
from console.imports.known import KnownHere
from console.imports.parts import RUNNING, dated, visitor_id

CHANNELS: Mapping[str, str] = {
    "Channel::WebWidget": "web",
    "Channel::Email": "email",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::Whatsapp": "whatsapp",
    "Channel::Api": "api",
}
INCOMING, OUTGOING, TEMPLATE = (0, "incoming"), (1, "outgoing"), (3, "template")


def chat_of(row: Fields, known: KnownHere) -> PastChat:
    status = text_of(row, "status")
    if status and status != "resolved":
        raise Misfit(RUNNING)
    there, meta, more = text_of(row, "id"), object_of(row, "meta"), object_of(row, "additional_attributes")
    contact, messages = object_of(meta, "sender"), objects_of(row, "messages")
    custom = {**object_of(contact, "custom_attributes"), **object_of(row, "custom_attributes")}
    fields = details(phone=contact.get("phone_number"), identifier=contact.get("identifier"))
    email = text_of(contact, "email")
    return PastChat(
        id=known.id("chat", text_of(row, "account_id"), there),
        visitor=visitor_id(known, text_of(contact, "id") or email or there),
        name=name_of(text_of(contact, "name")),
        email=email,
        queue=text_of(object_of(meta, "team"), "name"),
        channel=CHANNELS.get(text_of(meta, "channel"), "other" if meta.get("channel") else "web"),
        locale=text_of(more, "browser_language"),
        page=text_of(more, "referer"),
        fields={**{line(name, 60): line(str(value)) for name, value in custom.items()}, **fields},
        opened=time_of(row, "created_at"),
        why="",
        lines=tuple(piece for one in messages for piece in _message(one, known)),
        tags=texts_of(row, "labels", most=20),
        rating=max((_rating(one) for one in messages), default=0),
    )


def _message(message: Fields, known: KnownHere) -> list[SaidLine]:
    """Return what people and bots wrote, without Chatwoot's lines about a conversation, such as who was assigned."""
    kind, sender = message.get("message_type"), object_of(message, "sender")
    texts = pieces(message.get("content"))
    if kind in INCOMING:
        at = dated(message, "created_at")
        return [SaidLine(at, text) for text in texts]
    if kind not in OUTGOING + TEMPLATE or not texts:
        return []
    at, name = dated(message, "created_at"), name_of(text_of(sender, "available_name", "name"))
    bot = kind in TEMPLATE or text_of(sender, "type") == "agent_bot"
    agent = known.agent(text_of(sender, "email"), name, text_of(sender, "id") or "bot")
    note = message.get("private") is True
    return [SaidLine(at, text, agent, name, "bot" if bot and not note else "agent", note) for text in texts]


def _rating(message: Fields) -> int:
    """Return the answer to Chatwoot's survey, which is part of the message that asked."""
    submitted: Any = object_of(object_of(message, "content_attributes"), "submitted_values")
    found = object_of(submitted, "csat_survey_response").get("rating")
    return found if isinstance(found, int) and 1 <= found <= 5 else 0
