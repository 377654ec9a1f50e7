"""The canned replies that a member may insert, for the console."""

import hashlib

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.members import SignedIn
from console.directory import Canned
from console.pages.guard import for_members
from console.who import services_of


class Replies(msgspec.Struct):
    """The member's own first, then their queues', then the shared ones; by title within each."""

    replies: list[Canned]


@for_members
async def canned_json(request: Request, me: SignedIn) -> Response:
    """`{replies: [{id, title, text, scope, owner}]}`; 304 when the browser has just these."""
    member = services_of(request).directory.members.get(me.member.id, me.member)
    body = msgspec.json.encode(Replies(await services_of(request).accounts.canned_for(member)))
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


routes = [Route("/canned.json", canned_json, methods=["GET"])]
