"""A program that uses the API, with a token made as the console makes it."""

from typing import Any

import httpx

from console.actions import tokens
from console.domain.directory import Member
from console.domain.ids import new_cid
from console.domain.scopes import OF_INTEGRATIONS, OF_MEMBERS
from tests.faults.installation import Inside

OF_BOTH = [scope for scope in OF_INTEGRATIONS if scope in OF_MEMBERS]


class Api:
    """`get("/chats")` is a request to `/api/v1/chats` with the token."""

    def __init__(self, inside: Inside, bearer: str = "") -> None:
        self.inside = inside
        self.bearer = bearer
        self.holder = ""
        self.http = httpx.AsyncClient(base_url=f"{inside.url}/api/v1")

    async def __aenter__(self) -> "Api":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def as_integration(self, name: str, *scopes: str, days: int = 0) -> "Api":
        ada, services = self.member("ada"), self.inside.services
        made = await tokens.add_integration(services, ada, name)
        self.holder = made.id
        add = tokens.add_to_integration
        self.bearer = await add(services, ada, made.id, "test", scopes or OF_INTEGRATIONS, days=days)
        return self

    async def as_member(self, id: str, *scopes: str, days: int = 0) -> "Api":
        self.holder = id
        self.bearer = await tokens.add_own(self.inside.services, self.member(id), "test", scopes or OF_BOTH, days=days)
        return self

    def member(self, id: str) -> Member:
        return self.inside.services.directory.members[id]

    async def ask(self, method: str, path: str, *, key: str = "", **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        if key:
            headers["idempotency-key"] = key
        return await self.http.request(method, path, headers={**headers, **more.pop("headers", {})}, **more)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: object = None, **more: Any) -> httpx.Response:
        return await self.ask("POST", path, json={} if body is None else body, **more)

    async def opens(
        self, text: str = "Where is my parcel?", ref: str = "+391234", *, channel: str = "api", **visitor: object
    ) -> str:
        """Open a chat on behalf of a visitor; return its id."""
        body = {"site": "demo", "channel": channel, "text": text, "visitor": {"ref": ref, **visitor}}
        answer = await self.post("/chats", body, key=new_cid())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["chat"])
