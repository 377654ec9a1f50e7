"""The table of routes. A new endpoint is a function and a line here; documents and tests read the same table."""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from console.api import chats, figures, me, members, settings, visitors
from console.api.endpoint import Endpoint
from console.api.serving import Resource, not_found
from console.errors import BadText, NoQueue, ProfileFull, SestettoError, UnlistedReason

BASE = "/api/v1"

# The field that an error is about.
OF_TEXT: dict[type[SestettoError], str] = {BadText: "text"}
OF_CHAT = {**OF_TEXT, NoQueue: "queue", ProfileFull: "visitor.fields"}

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/me", me.read_me, None),
    Endpoint("GET", "/chats", chats.list_chats, "chats:read", cost=2),
    Endpoint("POST", "/chats", chats.open_chat, "chats:write", status=201, rides=True, about=OF_CHAT),
    Endpoint("GET", "/chats/{chat}", chats.read_chat, "chats:read"),
    Endpoint("GET", "/chats/{chat}/facts", chats.read_facts, "chats:read"),
    Endpoint("POST", "/chats/{chat}/messages", chats.say, "chats:write", status=201, rides=True, about=OF_TEXT),
    Endpoint("POST", "/chats/{chat}/notes", chats.add_note, "chats:write", status=201, rides=True, about=OF_TEXT),
    Endpoint("POST", "/chats/{chat}/transfer", chats.transfer, "chats:write", rides=True, about=OF_CHAT),
    Endpoint("POST", "/chats/{chat}/end", chats.end, "chats:write", rides=True),
    Endpoint("POST", "/chats/{chat}/labels", chats.label, "chats:write", rides=True, about={UnlistedReason: "reason"}),
    Endpoint("PUT", "/chats/{chat}/language", chats.set_language, "chats:write", rides=True),
    Endpoint("POST", "/left-messages", chats.leave_message, "chats:write", status=201, rides=True, about=OF_TEXT),
    Endpoint("POST", "/left-messages/{chat}/handled", chats.mark_handled, "chats:write", status=204),
    Endpoint("GET", "/visitors", visitors.list_visitors, "visitors:read", cost=2),
    Endpoint("GET", "/visitors/{visitor}", visitors.read_visitor, "visitors:read"),
    Endpoint("GET", "/visitors/{visitor}/chats", visitors.list_chats_of_visitor, "visitors:read"),
    Endpoint("GET", "/members", members.list_members, "members:read"),
    Endpoint("POST", "/members", members.add_member, "members:write", status=201),
    Endpoint("GET", "/members/{member}", members.read_member, "members:read"),
    Endpoint("PATCH", "/members/{member}", members.change_member, "members:write", matches=True),
    Endpoint("PUT", "/members/{member}/status", members.set_status, "members:write", status=204, rides=True),
    Endpoint("POST", "/members/{member}/deactivate", members.deactivate, "members:write", status=204),
    Endpoint("POST", "/members/{member}/reactivate", members.reactivate, "members:write"),
    Endpoint("GET", "/queues", settings.list_queues, "settings:read"),
    Endpoint("GET", "/queues/{queue}", settings.read_queue, "settings:read"),
    Endpoint("PUT", "/queues/{queue}", settings.put_queue, "settings:write", matches=True),
    Endpoint("DELETE", "/queues/{queue}", settings.remove_queue, "settings:write", status=204),
    Endpoint("GET", "/sites", settings.list_sites, "settings:read"),
    Endpoint("GET", "/sites/{site}", settings.read_site, "settings:read"),
    Endpoint("PUT", "/sites/{site}", settings.put_site, "settings:write", matches=True),
    Endpoint("DELETE", "/sites/{site}", settings.remove_site, "settings:write", status=204),
    Endpoint("GET", "/canned-replies", settings.list_canned_replies, "settings:read"),
    Endpoint("GET", "/canned-replies/{reply}", settings.read_canned_reply, "settings:read"),
    Endpoint("PUT", "/canned-replies/{reply}", settings.put_canned_reply, "settings:write", matches=True),
    Endpoint("DELETE", "/canned-replies/{reply}", settings.remove_canned_reply, "settings:write", status=204),
    Endpoint("GET", "/figures/queues", figures.read_queue_figures, "figures:read"),
    Endpoint("GET", "/figures/members", figures.read_member_figures, "figures:read"),
)


def by_path() -> dict[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        found.setdefault(endpoint.path, []).append(endpoint)
    return found


class ApiRoutes(BaseRoute):
    """Routes every address below BASE to its resource, and all others to a problem.

    Starlette's own patterns stop at a line break, so such addresses would get its plain 404.
    """

    def __init__(self) -> None:
        self._resources = [(path.split("/"), Resource(endpoints)) for path, endpoints in by_path().items()]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        ours = scope["type"] == "http" and f"{scope['path']}/".startswith(f"{BASE}/")
        return (Match.FULL, {}) if ours else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"][len(BASE) :].split("/")
        for pattern, resource in self._resources:
            found = _parameters(pattern, asked)
            if found is not None:
                await resource({**scope, "path_params": found}, receive, send)
                return
        await not_found(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        raise NoMatchFound(name, path_params)


def _parameters(pattern: Sequence[str], asked: Sequence[str]) -> dict[str, str] | None:
    """Return the values of the path's parameters, or None if the path is a different one."""
    if len(pattern) != len(asked):
        return None
    found: dict[str, str] = {}
    for wanted, given in zip(pattern, asked, strict=True):
        if wanted.startswith("{") and given:
            found[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return found


routes: list[BaseRoute] = [ApiRoutes()]
