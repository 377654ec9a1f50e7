"""The security log: sign-ins, failures and refusals, one line each, with member, address and request."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.websockets import WebSocket
from structlog.testing import capture_logs

from console.pages.guard import COOKIE
from console.services import Services
from console.ws.agent import agent_socket
from tests.support.page_client import PASSWORD, browser_of, fields_of, sign_in_with, signed_in_browser
from tests.unit.settings.forms import posted

HERE = "203.0.113.7"


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Those of the security log."""
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]


def told(lines: list[dict[str, Any]], what: str) -> dict[str, Any]:
    """The one line of that kind; every line names address and request."""
    [line] = [line for line in lines if line["event"] == f"security.{what}"]
    assert (line["address"], len(line["request"])) == (HERE, 12)
    return line


async def test_signing_in_and_out_is_told(services: Services, lines: list[dict[str, Any]]) -> None:
    async with signed_in_browser(services) as ana:
        answer = await ana.post("/sign-out", data=fields_of(await ana.get("/chats")))
    came, went = told(lines, "signed_in"), told(lines, "signed_out")
    assert (came["member"], went["member"]) == ("ana", "ana")
    assert came["session"] == went["session"] != ""
    assert went["request"] == answer.headers["x-request-id"] != came["request"]


async def test_wrong_passwords_and_waiting_are_told(services: Services, lines: list[dict[str, Any]]) -> None:
    async with browser_of(services) as browser:
        for _ in range(6):
            await sign_in_with(browser, "Ana@example.com", "wrong")
        await sign_in_with(browser, "nobody@example.com", "wrong")
    failed = [line for line in lines if line["event"] == "security.sign_in_failed"]
    accounts = [(line["member"], line["account"]) for line in failed]
    assert accounts == [("ana", "ana@example.com")] * 5 + [("", "nobody@example.com")]
    assert {line["address"] for line in failed} == {HERE}
    assert told(lines, "throttled")["account"] == "ana@example.com"
    assert PASSWORD not in str(lines)
    assert "wrong" not in str(lines)


async def test_a_token_is_told_at_its_first_use_and_not_at_every_request(
    services: Services, lines: list[dict[str, Any]]
) -> None:
    bearer = await services.stores.tokens.add("ana", "bot")
    async with browser_of(services, authorization=f"Bearer {bearer}") as bot:
        for _ in range(3):
            await bot.get("/chats")
    line = told(lines, "token_used")
    assert (line["member"], line["last"]) == ("ana", 0)
    assert bearer not in str(lines)


async def test_what_a_role_may_not_is_told_and_a_change_is_in_the_audit_log(
    services: Services, ana: httpx.AsyncClient, lines: list[dict[str, Any]]
) -> None:
    for _ in range(3):
        assert (await posted(ana, "/settings/canned", to="/settings/queues/new", name="x")).status_code == 403
    refused = [line for line in lines if line["event"] == "security.refused"]
    assert [(line["member"], line["what"]) for line in refused] == [("ana", "POST /settings/queues/new")] * 3
    written = [line for line in await services.stores.audit.read() if line.what == "Change refused"]
    assert [(line.member, line.target, line.address) for line in written] == [
        ("ana", "page:/settings/queues/new", HERE)
    ]
    assert written[0].request == refused[0]["request"]


async def test_a_form_of_another_site_is_told(
    services: Services, ana: httpx.AsyncClient, lines: list[dict[str, Any]]
) -> None:
    data = fields_of(await ana.get("/chats"))
    await ana.post("/sign-out", data=data, headers={"origin": "https://evil.example"})
    line = told(lines, "foreign_origin")
    assert (line["member"], line["origin"], line["path"]) == ("ana", "https://evil.example", "/sign-out")


async def test_a_socket_of_another_site_with_her_cookie_is_told(
    services: Services, ana: httpx.AsyncClient, lines: list[dict[str, Any]]
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    app = ana._transport.app  # type: ignore[attr-defined]
    scope = {
        "type": "websocket",
        "path": "/ws/agent",
        "scheme": "ws",
        "query_string": b"",
        "client": (HERE, 4711),
        "subprotocols": ["sestetto.v1"],
        "headers": [
            (b"host", b"chat.example"),
            (b"origin", b"https://evil.example"),
            (b"cookie", f"{COOKIE}={ana.cookies[COOKIE]}".encode()),
        ],
        "app": app.app.app,
    }

    async def socket(scope: Any, receive: Any, send: Any) -> None:
        await agent_socket(WebSocket(scope, receive, send))

    await type(app)(socket)(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]
    line = told(lines, "foreign_origin")
    assert (line["member"], line["origin"], line["path"]) == ("ana", "https://evil.example", "/ws/agent")


async def test_a_new_password_is_told(services: Services, ana: httpx.AsyncClient, lines: list[dict[str, Any]]) -> None:
    await posted(ana, "/settings/password", current="wrong", password="another horse battery")
    await posted(ana, "/settings/password", current=PASSWORD, password="another horse battery")
    assert told(lines, "wrong_password")["member"] == "ana"
    assert (told(lines, "password_changed")["member"], told(lines, "password_changed")["by"]) == ("ana", "ana")
    assert "horse" not in str(lines)


async def test_a_password_set_by_an_admin_is_told(
    services: Services, ada: httpx.AsyncClient, lines: list[dict[str, Any]]
) -> None:
    await posted(ada, "/settings/member/ana", to="/settings/member/ana/password", password="another horse battery")
    line = told(lines, "password_changed")
    assert (line["member"], line["by"]) == ("ana", "ada")
