"""The table of routes. A new endpoint is a function and a line here; documents and tests read the same table."""

from starlette.routing import BaseRoute, Mount, Route

from console.api import chats, me, visitors
from console.api.endpoint import Endpoint
from console.api.serving import Resource, not_found

BASE = "/api/v1"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/me", me.read_me, None),
    Endpoint("GET", "/chats", chats.list_chats, "chats:read", cost=2),
    Endpoint("POST", "/chats", chats.open_chat, "chats:write", status=201, rides=True),
    Endpoint("GET", "/chats/{chat}", chats.read_chat, "chats:read"),
    Endpoint("GET", "/chats/{chat}/facts", chats.read_facts, "chats:read"),
    Endpoint("POST", "/chats/{chat}/messages", chats.say, "chats:write", status=201, rides=True),
    Endpoint("POST", "/chats/{chat}/notes", chats.add_note, "chats:write", status=201, rides=True),
    Endpoint("POST", "/chats/{chat}/transfer", chats.transfer, "chats:write", rides=True),
    Endpoint("POST", "/chats/{chat}/end", chats.end, "chats:write", rides=True),
    Endpoint("POST", "/chats/{chat}/labels", chats.label, "chats:write", rides=True),
    Endpoint("POST", "/left-messages", chats.leave_message, "chats:write", status=201, rides=True),
    Endpoint("POST", "/left-messages/{chat}/handled", chats.mark_handled, "chats:write", status=204),
    Endpoint("GET", "/visitors", visitors.list_visitors, "visitors:read", cost=2),
    Endpoint("GET", "/visitors/{visitor}", visitors.read_visitor, "visitors:read"),
    Endpoint("GET", "/visitors/{visitor}/chats", visitors.list_chats_of_visitor, "visitors:read"),
)


def by_path() -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        found.setdefault(endpoint.path, []).append(endpoint)
    return found


resources: list[BaseRoute] = [Route(path, Resource(endpoints)) for path, endpoints in by_path().items()]
routes: list[BaseRoute] = [Mount(BASE, routes=[*resources, Mount("/", not_found)])]
