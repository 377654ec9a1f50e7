"""The canned replies a member can insert, as JSON for the console."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import Canned
from console.pages.guard import for_members
from console.pages.replies import private_json, queues_reaching


class Replies(msgspec.Struct):
    """A member's own replies first, then the queues', then shared ones; sorted by title within each.

    `queues` are those whose replies are included.
    """

    replies: list[Canned]
    queues: list[str]


@for_members
async def canned_json(request: Request, me: SignedIn) -> Response:
    """Respond with `{replies: [{id, title, text, scope, owner, snippet}], queues: [id]}`; 304 if the browser has it."""
    services = services_of(request)
    member = services.directory.members.get(me.member.id, me.member)
    queues = queues_reaching(services, member)
    replies = await services.stores.canned.for_member(member, also=queues)
    return private_json(request, Replies(replies, sorted(queues)))


routes = [Route("/canned.json", canned_json, methods=["GET"])]
