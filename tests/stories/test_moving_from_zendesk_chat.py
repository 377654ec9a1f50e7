"""Ada moves from Zendesk Chat: the team is invited, canned replies and past chats are imported, and the server is
killed in the middle of it.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.stories.test_a_left_message import at_the_desk
from tests.support.eventually import eventually
from tests.support.imported import reads_in
from tests.support.server_process import RunningServer
from tests.unit.settings.forms import posted

CHATS = 400
AGENTS = [
    {"id": 1, "email": "kim@lana.example", "enabled": True, "roles": {"administrator": False, "owner": False}},
    {"id": 2, "email": "left@lana.example", "enabled": False, "roles": {}},
]
SHORTCUTS = [{"name": "refund", "message": "Your refund is on its way.", "options": "", "tags": []}]


def a_chat(number: int) -> dict[str, Any]:
    """A chat of last week, as Zendesk's incremental export gives it."""
    begin = datetime.now(UTC) - timedelta(days=7, minutes=number)

    def said(who: str, name: str, text: str, after: int) -> dict[str, Any]:
        at = (begin + timedelta(seconds=after)).isoformat()
        return {"type": "chat.msg", "timestamp": at, "sender_type": who, "name": name, "msg": text}

    return {
        "id": f"2211.{number}",
        "type": "chat",
        "timestamp": begin.isoformat(),
        "end_timestamp": (begin + timedelta(minutes=5)).isoformat(),
        "visitor": {"id": "9.x", "name": "Vera Zander", "email": "vera@example.com", "phone": "", "notes": ""},
        "department_name": "Support",
        "agent_names": ["Ana"],
        "tags": ["moved"],
        "rating": "good",
        "history": [
            said("Visitor", "Vera Zander", f"Where is parcel zq{number}?", 1),
            said("Agent", "Ana", "On its way.", 20),
        ],
    }


async def is_over(ada: httpx.AsyncClient, path: str) -> str:
    page = (await ada.get(path)).text
    return "" if "data-under-way" in page else page


@asynccontextmanager
async def ada_of(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_desk(server, "ada") as ada:
        ada.headers["origin"] = server.url
        yield ada


async def brings(ada: httpx.AsyncClient, raw: Any, kind: str) -> str:
    """Read a file in, see that nothing is there yet, and begin."""
    path = await reads_in(ada, json.dumps(raw), kind=kind, format="zendesk")
    assert "Nothing is imported yet." in (await ada.get(path)).text
    assert (await posted(ada, path, to=f"{path}/begin")).status_code == 200
    return path


async def test_ada_moves_from_zendesk_chat(start_server: Callable[..., RunningServer]) -> None:
    server = start_server()
    async with ada_of(server) as ada:
        members = await brings(ada, AGENTS, "members")
        replies = await brings(ada, SHORTCUTS, "replies")
        page = await eventually(lambda: is_over(ada, members), "the members", within=20)
        assert "This member is deactivated in the file, so they are not invited." in page
        assert "kim@lana.example" in (await ada.get("/settings/members")).text
        await eventually(lambda: is_over(ada, replies), "the replies", within=20)
        assert "refund" in (await ada.get("/settings/canned")).text
        path = await brings(ada, {"chats": [a_chat(number) for number in range(CHATS)], "count": CHATS}, "chats")

        async def under_way() -> bool:
            return 'value="0"' not in (await ada.get(path)).text.partition("<progress")[2][:60]

        await eventually(under_way, "the first chats", within=20)
    server.kill()
    await server.start()
    async with ada_of(server) as ada:
        page = await eventually(lambda: is_over(ada, path), "the chats", within=40)
        assert f"{CHATS} / {CHATS}" in page
        for number in (0, CHATS // 2, CHATS - 1):
            found = (await ada.get("/chats", params={"text": f"zq{number}"})).text
            assert found.count("Vera Zander") == 1
            assert "imported" in found
