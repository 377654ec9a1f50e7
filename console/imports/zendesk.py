"""Chats as Zendesk Chat gives them: `GET /api/v2/chats` and the incremental export, also one chat a line.

The format is documented by Zendesk, developer.zendesk.com/api-reference/live-chat/chat-api/chats.
"""

from collections.abc import Mapping
from typing import Any

from console.domain.imports import PastChat, SaidLine
from console.imports.fields import (
    Fields,
    details,
    name_of,
    object_of,
    objects_of,
    pieces,
    text_of,
    texts_of,
    time_of,
)
from console.imports.known import KnownHere
from console.imports.parts import dated, visitor_id

RATINGS: Mapping[Any, int] = {"good": 5, "bad": 1}


def chat_of(row: Fields, known: KnownHere) -> PastChat:
    there, visitor, session = text_of(row, "id"), object_of(row, "visitor"), object_of(row, "session")
    offline = row.get("type") == "offline_msg"
    pages = objects_of(row, "webpath")
    opened = time_of(row, "timestamp")
    email = text_of(visitor, "email")
    return PastChat(
        id=known.id("chat", there or f"{email} {opened}"),
        visitor=visitor_id(known, text_of(visitor, "id") or email or there),
        name=name_of(text_of(visitor, "name")),
        email=email,
        queue=text_of(row, "department_name"),
        page=text_of(pages[-1], "to") if pages else "",
        title=text_of(pages[-1], "title") if pages else "",
        fields=details(
            phone=visitor.get("phone"),
            notes=visitor.get("notes"),
            country=session.get("country_name"),
            city=session.get("city"),
        ),
        opened=opened,
        ended=time_of(row, "end_timestamp"),
        why="message_left" if offline else "",
        lines=tuple(_offline(row, opened) if offline else _history(row, known)),
        tags=texts_of(row, "tags", most=20),
        rating=RATINGS.get(row.get("rating"), 0) if isinstance(row.get("rating"), str) else 0,
        comment=text_of(row, "comment"),
    )


def _offline(row: Fields, at: int) -> list[SaidLine]:
    return [SaidLine(at, piece) for piece in pieces(row.get("message"))]


def _history(row: Fields, known: KnownHere) -> list[SaidLine]:
    agents = {name.casefold() for name in texts_of(row, "agent_names")}
    lines: list[SaidLine] = []
    for event in objects_of(row, "history"):
        if event.get("type") == "chat.msg":
            lines += _message(event, agents, known)
    return lines


def _message(event: Fields, agents: set[str], known: KnownHere) -> list[SaidLine]:
    """`nick` is `visitor:<id>`, `agent:<id>` or `agent:trigger`; older exports have only the name."""
    kind, nick, name = text_of(event, "sender_type").casefold(), text_of(event, "nick"), name_of(text_of(event, "name"))
    at, texts = dated(event, "timestamp"), pieces(event.get("msg"))
    if kind == "trigger" or nick == "agent:trigger":
        return [SaidLine(at, text, known.agent("trigger"), name, "bot") for text in texts]
    if kind == "agent" or nick.startswith("agent:") or (not kind and not nick and name.casefold() in agents):
        return [SaidLine(at, text, known.agent(name, nick), name, "agent") for text in texts]
    return [SaidLine(at, text) for text in texts]
