"""The canned replies a member can insert, as JSON for the console."""

import hashlib

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Canned, overflowing_into
from console.pages.guard import for_members


class Replies(msgspec.Struct):
    """A member's own replies first, then the queues', then shared ones; sorted by title within each.

    `queues` are those whose replies are included: the member's own, those that overflow into them, and those of held
    chats.
    """

    replies: list[Canned]
    queues: list[str]


@for_members
async def canned_json(request: Request, me: SignedIn) -> Response:
    """Respond with `{replies: [{id, title, text, scope, owner}], queues: [id]}`; 304 if the browser has the same."""
    services = services_of(request)
    member = services.directory.members.get(me.member.id, me.member)
    held = {chat.queue for chat in services.picture.chats.values() if chat.agent == member.id}
    queues = overflowing_into(services.directory, member.queues) | held
    replies = await services.stores.canned.for_member(member, also=queues)
    body = msgspec.json.encode(Replies(replies, sorted(queues)))
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


routes = [Route("/canned.json", canned_json, methods=["GET"])]
