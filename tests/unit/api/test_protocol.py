"""HTTP rules: methods, bodies, keys, budgets, problems, and responses to other origins."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from console.api.routes import ENDPOINTS, by_path
from console.domain.ids import new_cid
from console.proving.clients import Cast
from console.queue.calls.caller import READ_ONLY
from console.queue.embedded import EmbeddedStore
from console.queue.store import Store
from tests.faults.installation import Inside, installed
from tests.unit.api.client import Api

NOWHERE = (
    "/",
    "",
    "/nothing",
    "/chats/none/nothing",
    "/CHATS",
    "/chats%0A",
    "/x%0Ay",
    "/chats/",
    "//chats",
    "/%2e%2e/",
)
LUA = Path(__file__).parents[3] / "console" / "queue" / "functions"


async def test_every_path_says_which_methods_it_takes(crm: Api) -> None:
    for path, endpoints in by_path().items():
        address = re.sub(r"\{\w+\}", "none", path)
        takes = {one.method for one in endpoints}
        wanted = {*takes, "OPTIONS", *({"HEAD"} if "GET" in takes else ())}
        told = await crm.http.request("OPTIONS", address)
        assert (told.status_code, set(told.headers["allow"].split(", "))) == (204, wanted)
        for method in {"POST", "PATCH", "TRACE"} - wanted:
            answer = await crm.ask(method, address)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == wanted


async def test_an_unknown_address_is_told_as_a_problem(crm: Api) -> None:
    for path in (
        "/",
        "",
        "/nothing",
        "/chats/none/nothing",
        "/CHATS",
        "/chats%0A",
        "/x%0Ay",
        "/chats/",
        "//chats",
        "/%2e%2e/",
    ):
        answer = await crm.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_path"), path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_other_origins_get_nothing(crm: Api) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for answer in (await crm.http.request("OPTIONS", "/chats", headers=headers), await crm.get("/me", headers=headers)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


NO_COMMANDS = [
    (b"{", "application/json", 400, "invalid"),
    (b"", "application/json", 400, "invalid"),
    (b"\xff", "application/json", 400, "invalid"),
    (b"[" * 30_000, "application/json", 422, "invalid"),
    (b'{"text":"Hello"}', "text/plain", 415, "media_type"),
    (b'{"text":"' + b"x" * 65_536 + b'"}', "application/json", 413, "too_large"),
    (b'{"text":"Hello","seq":1}', "application/json", 422, "invalid"),
    (b'{"text":1}', "application/json", 422, "invalid"),
    (b'{"text":"\\u0000"}', "application/json", 400, "bad_text"),
    (b'{"text":"\\ud800"}', "application/json", 400, ""),
]
STRANGE = ("limit=1e9", "limit=0", "limit=101", "nothing=1", "limit=1&limit=2", "state=gone")


async def test_what_is_no_command_is_refused(crm: Api) -> None:
    for content, media, status, code in NO_COMMANDS:
        answer = await crm.ask("POST", "/chats/none/notes", content=content, headers={"content-type": media})
        assert answer.status_code == status, answer.text
        assert not code or answer.json()["code"] == code
        assert answer.json()["type"].endswith(f"#problem-{answer.json()['code']}")
        assert answer.json()["detail"]


async def test_parameters_are_bounded_and_known(crm: Api) -> None:
    for query in STRANGE:
        answer = await crm.get(f"/chats?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), query
    assert (await crm.get("/me?nothing=1")).status_code == 422


async def test_a_key_is_up_to_255_visible_characters(crm: Api) -> None:
    for key in ("a b", "x" * 256):
        answer = await crm.post("/chats/none/notes", {"text": "Hello"}, headers={"idempotency-key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_frame"), key
    assert (await crm.post("/chats/none/notes", {"text": "Hello"}, key="x" * 255)).status_code == 404


async def test_the_same_key_at_once_is_done_once(crm: Api, cast: Cast) -> None:
    await cast.agent("ana")
    chat, key = await crm.opens(), new_cid()
    said = await asyncio.gather(*(crm.post(f"/chats/{chat}/notes", {"text": "Once"}, key=key) for _ in range(5)))
    assert len({one.text for one in said}) == 1
    assert (await crm.get(f"/chats/{chat}/facts")).text.count("Once") == 1


@pytest_asyncio.fixture
async def poor(tmp_path: Path, store: EmbeddedStore, workspace_name: str) -> AsyncIterator[Inside]:
    """An installation where a token may send ten requests a minute."""
    async with installed(tmp_path, store.url, workspace_name, api_requests=10) as stage:
        yield stage


async def test_who_sends_too_much_hears_when_to_try_again(poor: Inside) -> None:
    async with Api(poor) as greedy, Api(poor) as other:
        await greedy.as_integration("Greedy")
        await other.as_integration("Other")
        answers = [await greedy.get("/me") for _ in range(12)]
        assert {one.status_code for one in answers[:10]} == {200}
        late = answers[-1]
        assert (late.status_code, late.json()["code"]) == (429, "slow_down")
        assert 1 <= int(late.headers["retry-after"]) <= 60
        assert f"in {late.headers['retry-after']} s" in late.json()["detail"]
        bad = [await greedy.post("/chats/none/notes", {"text": "x"}) for _ in range(3)]
        assert {one.status_code for one in bad} == {429}
        assert (await other.get("/me")).status_code == 200


async def test_requests_that_are_refused_cost_as_much(poor: Inside) -> None:
    async with Api(poor) as greedy:
        await greedy.as_integration("Greedy")
        answers = [await greedy.post("/chats/none/notes", {"text": 1}) for _ in range(12)]
        assert [one.status_code for one in answers] == [422] * 10 + [429] * 2


async def test_a_message_is_one_exchange_with_the_store(crm: Api, cast: Cast, inside: Inside) -> None:
    """The budget is taken in the same call, and SQL is not asked."""
    await cast.agent("ana")
    chat, store = await crm.opens(), inside.services.workspace.store
    sent: list[str] = []
    function = Store.function

    async def counted(self: Store, name: str, key: str, *args: str | bytes | int) -> object:
        if self is store and name not in ("tick", "renew", "renew_tabs", "shown", "archived"):
            sent.append(name)
        return await function(self, name, key, *args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "function", counted)
        answer = await crm.post(f"/chats/{chat}/messages", {"text": "Hello", "visitor": "+391234"})
    assert answer.status_code == 201
    assert sent == ["visitor_say"]


async def test_who_reads_a_chat_is_in_the_audit_log(crm: Api, cast: Cast, inside: Inside) -> None:
    await cast.agent("ana")
    chat = await crm.opens()
    await crm.get(f"/chats/{chat}/facts")
    await crm.get(f"/chats/{chat}")
    lines = [line for line in await inside.services.stores.audit.read() if line.log == "reads"]
    assert [(line.what, line.member, line.name, line.target) for line in lines] == [
        ("Chat read", crm.holder, "CRM", f"chat:{chat}")
    ]


def test_the_functions_that_cost_nothing_are_those_that_write_nothing() -> None:
    """A budget is written, which a Function that is flagged so may not."""
    text = "\n".join(path.read_text() for path in sorted(LUA.glob("*.lua")))
    flagged = set()
    for found in re.finditer(r"verb\(\s*'(\w+)'(.*?)(?=\nverb\(|\Z)", text, re.DOTALL):
        if "'no-writes'" in found[2]:
            flagged.add(found[1])
    assert flagged == READ_ONLY


def test_every_endpoint_has_a_name_of_its_own_and_says_what_it_does() -> None:
    assert len({one.name for one in ENDPOINTS}) == len(ENDPOINTS)
    assert all(one.says[0].endswith(".") for one in ENDPOINTS)
