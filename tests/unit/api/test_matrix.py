"""Every route and method for nobody, a visitor, each role, each scope, and tokens that have ended."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from msgspec.structs import replace

from console.actions import members, tokens
from console.api.endpoint import Endpoint
from console.api.routes import ENDPOINTS
from console.archive.sessions import Origin
from console.domain.permissions import Right
from console.domain.scopes import OF_MEMBERS
from tests.faults.installation import Inside
from tests.support.eventually import eventually
from tests.unit.api.client import OF_BOTH, Api

BODIES: dict[str, dict[str, object]] = {
    "open_chat": {"site": "none", "visitor": {"ref": "vera"}, "text": "Hello"},
    "leave_message": {"site": "none", "visitor": {"ref": "vera", "email": "vera@example.com"}, "text": "Hello"},
    "say": {"text": "Hello"},
    "add_note": {"text": "Hello"},
    "transfer": {"queue": "support"},
    "set_language": {"language": "it"},
    "add_member": {"email": "not one", "name": "Kim"},
    "change_member": {"name": "Kim"},
    "set_status": {"status": "away"},
    "put_queue": {"name": ""},
    "put_site": {"name": "", "queue": "none"},
    "put_canned_reply": {"title": "Hello", "text": "{nothing}"},
}
NEEDS: dict[str, Right] = {  # beyond what every member may; an id that is nowhere is then said to be nowhere
    "list_members": "configure", "read_member": "configure", "add_member": "administer", "change_member": "configure",
    "set_status": "supervise", "deactivate": "administer", "reactivate": "administer",
    "put_queue": "configure", "remove_queue": "configure", "list_sites": "configure", "read_site": "configure",
    "put_site": "configure", "remove_site": "configure", "put_canned_reply": "configure",
    "read_queue_figures": "supervise", "read_member_figures": "supervise",
}  # fmt: skip
MAY: dict[str, set[Right]] = {
    "ana": {"answer"},
    "sam": {"answer", "supervise", "configure"},
    "ada": {"answer", "supervise", "configure", "administer"},
}
MADE = ("put_queue", "put_site", "put_canned_reply")
REFUSED = {401, 403}


def names(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


async def asked(api: Api, endpoint: Endpoint) -> httpx.Response:
    """The request with an id that nothing has."""
    path = endpoint.path
    for name in endpoint.parameters:
        path = path.replace(f"{{{name}}}", "none")
    body = BODIES.get(endpoint.name, {}) if endpoint.body is not None else None
    return await api.ask(endpoint.method, path, json=body)


async def statuses(api: Api) -> dict[str, int]:
    return {names(endpoint): (await asked(api, endpoint)).status_code for endpoint in ENDPOINTS}


@pytest_asyncio.fixture
async def api(inside: Inside) -> AsyncIterator[Api]:
    async with Api(inside) as program:
        yield program


@pytest.mark.slow
async def test_nobody_and_who_has_no_good_token_gets_the_same_401(api: Api, inside: Inside) -> None:
    visitor = inside.services.visitor_tokens.sign("vera", "demo")
    ended = await inside.services.stores.tokens.add("ana", "ended", scopes=OF_BOTH, expires=1)
    told = []
    for bearer in ("", "sst_made-up", visitor, ended):
        api.bearer = bearer
        for endpoint in ENDPOINTS:
            answer = await asked(api, endpoint)
            assert answer.status_code == 401, names(endpoint)
            assert answer.headers["www-authenticate"] == 'Bearer realm="sestetto"'
            told.append({**answer.json(), "instance": ""})
    assert all(one == told[0] for one in told)


async def test_a_cookie_is_no_token(api: Api, inside: Inside) -> None:
    cookie = await inside.services.stores.sessions.start("ada", Origin("203.0.113.7"))
    answer = await api.http.get("/me", headers={"cookie": f"sestetto_session={cookie}"})
    assert answer.status_code == 401


@pytest.mark.slow
async def test_a_scope_opens_its_own_routes_alone(api: Api) -> None:
    for scope in OF_MEMBERS:
        await api.as_member("ada", scope)
        for endpoint in ENDPOINTS:
            answer = await asked(api, endpoint)
            opens = endpoint.scope in (None, scope)
            assert (answer.status_code not in REFUSED) is opens, (names(endpoint), answer.text)
            if not opens:
                assert answer.json()["code"] == "scope"
                assert f'scope="{endpoint.scope}"' in answer.headers["www-authenticate"]


@pytest.mark.slow
async def test_a_token_has_the_rights_of_its_member_and_no_more(api: Api) -> None:
    for member, rights in MAY.items():
        await api.as_member(member)
        for endpoint in ENDPOINTS:
            answer = await asked(api, endpoint)
            may = NEEDS.get(endpoint.name, "answer") in rights
            assert (answer.status_code != 403) is may, (member, names(endpoint), answer.text)
            assert answer.status_code not in (401, 500)
            if endpoint.parameters and may and endpoint.name not in MADE:
                assert answer.status_code == 404, (member, names(endpoint), answer.text)


async def test_rights_that_a_member_loses_their_token_loses_at_once(api: Api, inside: Inside) -> None:
    await api.as_member("sam")
    assert (await api.get("/figures/queues")).status_code == 200
    ada, sam = api.member("ada"), api.member("sam")
    await members.update(inside.services, ada, replace(sam, role="agent"))
    assert (await api.get("/figures/queues")).status_code == 403
    await members.deactivate(inside.services, ada, "sam")
    await eventually(lambda: _is_out(api), "the token to be no good")
    assert set((await statuses(api)).values()) == {401}


async def test_a_revoked_token_is_silent_within_two_seconds(api: Api, inside: Inside) -> None:
    await api.as_integration("CRM")
    assert (await api.get("/me")).json()["kind"] == "integration"
    async with inside.stores() as elsewhere:  # as another process does it
        [line] = (await elsewhere.tokens.of_integrations())[api.holder]
        await inside.services.workspace.revoke(api.holder, f"token:{line.id}")
        await elsewhere.tokens.revoke(line.id)
        await inside.services.workspace.revoke(api.holder, f"token:{line.id}")
    await eventually(lambda: _is_out(api), "the token to be no good", within=2)
    assert set((await statuses(api)).values()) == {401}


async def test_a_removed_integration_is_out_with_all_its_tokens(api: Api, inside: Inside) -> None:
    await api.as_integration("CRM")
    assert (await api.get("/me")).status_code == 200
    await tokens.remove_integration(inside.services, api.member("ada"), api.holder)
    await eventually(lambda: _is_out(api), "the token to be no good", within=2)


async def test_a_known_token_asks_sql_for_nothing(api: Api, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.as_integration("CRM")
    assert (await api.get("/me")).status_code == 200
    asked_for: list[str] = []
    monkeypatch.setattr(inside.services.stores.tokens, "find", asked_for.append)
    assert [(await api.get("/me")).status_code for _ in range(5)] == [200] * 5
    assert asked_for == []


async def test_a_token_opens_the_agents_socket_and_pages_only_with_that_scope(api: Api, inside: Inside) -> None:
    await api.as_member("ana")
    assert await inside.services.stores.tokens.holder(api.bearer) is None
    page = await api.http.get(f"{inside.url}/chats", headers={"authorization": f"Bearer {api.bearer}"})
    assert page.status_code == 303


async def _is_out(api: Api) -> bool:
    return (await api.get("/me")).status_code == 401
