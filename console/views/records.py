"""Chats, visitors and settings as the structs of `protocol/api.py`, for the REST API and exports."""

from collections.abc import Sequence
from typing import Any

import msgspec

from console.archive.reducer import ArchivedChat
from console.domain.directory import Canned, Directory, Queue, Site
from console.projection.picture import ChatState
from console.protocol.api import ApiQueue, ApiSite, ApiVisitor, CannedReply, Chat, ChatAnswer, VisitorOfChat
from console.protocol.exports import ExportedChat


def chat_of(chat: ChatState | ArchivedChat, excerpt: str | None = None) -> Chat:
    return _archived(chat, excerpt) if isinstance(chat, ArchivedChat) else _live(chat)


def exported_chat(chat: ArchivedChat, facts: Sequence[bytes]) -> Any:
    """Return a line of an export; the facts are JSON, unchanged."""
    given = msgspec.structs.asdict(_archived(chat, None))
    del given["excerpt"]
    given["place"] = "ended" if chat.ended else "active"
    return ExportedChat(**given, facts=[msgspec.Raw(fact) for fact in facts])


def visitor_of(chat: ArchivedChat) -> ApiVisitor:
    """Return the visitor as known from `chat`, their latest."""
    return ApiVisitor(
        chat.visitor,
        chat.name,
        chat.email,
        chat.verified,
        chat.locale,
        chat.fields,
        last_chat=chat.id,
        last=chat.opened,
    )


def queue_of(known: Directory, queue: Queue) -> Any:
    return msgspec.convert({**msgspec.to_builtins(queue), "members": sorted(serving(known, queue.id))}, ApiQueue)


def serving(known: Directory, queue: str) -> list[str]:
    return [member.id for member in known.members.values() if queue in member.queues]


def site_of(site: Site) -> Any:
    """Return the site without its secrets."""
    return msgspec.convert(msgspec.to_builtins(site), ApiSite)


def reply_of(reply: Canned) -> CannedReply:
    return CannedReply(reply.id, reply.title, reply.text, reply.scope, reply.owner, reply.snippet)


def _live(chat: ChatState) -> Chat:
    return Chat(
        id=chat.id,
        place=chat.place,  # type: ignore[arg-type]
        site=chat.site,
        queue=chat.queue,
        channel=chat.channel,
        visitor=VisitorOfChat(chat.visitor, chat.name, chat.email, chat.verified),
        locale=chat.locale,
        language=chat.language,
        language_by=chat.language_by or "browser",  # type: ignore[arg-type]
        page=chat.page,
        title=chat.title,
        fields=chat.fields,
        answers=[msgspec.convert(one, ChatAnswer, from_attributes=True) for one in chat.answers],
        opened=chat.opened,
        ended=None,
        agent=chat.agent or None,
        due=chat.due or None,
        late=chat.late,
        reason=chat.reason,
        tags=chat.tags,
        why=None,
        rating=None,
        comment="",
        left_message=False,
        bot=chat.bot or None,
    )


def _archived(chat: ArchivedChat, excerpt: str | None) -> Chat:
    return Chat(
        id=chat.id,
        place="ended",
        site=chat.site,
        queue=chat.queue,
        channel=chat.channel,
        visitor=VisitorOfChat(chat.visitor, chat.name, chat.email, chat.verified),
        locale=chat.locale,
        language=chat.spoken,
        language_by=chat.language_by or "browser",  # type: ignore[arg-type]
        page=chat.page,
        title=chat.title,
        fields=chat.fields,
        answers=[msgspec.convert(one, ChatAnswer, from_attributes=True) for one in chat.answers],
        opened=chat.opened,
        ended=chat.ended,
        agent=chat.agent or None,
        due=None,
        late=chat.late > 0,
        reason=chat.reason,
        tags=chat.tags,
        why=chat.why or None,
        rating=chat.rating,
        comment=chat.comment,
        left_message=chat.left_message,
        excerpt=excerpt,
    )
