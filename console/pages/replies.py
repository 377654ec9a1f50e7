"""Data the console fetches for its replies: which queues they are for, and a response only if something changed."""

import hashlib
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from console.domain.directory import Member, overflowing_into
from console.services import Services


def queues_reaching(services: Services, member: Member) -> set[str]:
    """Return the queues whose chats may reach the member: their own, those that overflow into them, and those of held
    chats.
    """
    held = {chat.queue for chat in services.picture.chats.values() if chat.agent == member.id}
    return overflowing_into(services.directory, member.queues) | held


def private_json(request: Request, content: Any) -> Response:
    """Respond with the content as JSON for this member only; 304 if the browser has it already."""
    body = msgspec.json.encode(content)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
