"""The documents match the code: OpenAPI, AsyncAPI, the page, and a guide whose commands work."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from console.api.routes import BASE, ENDPOINTS
from console.proving.clients import Cast
from tests.unit.api.client import Api
from tools.api import stale

DOCS = Path(__file__).parents[3] / "docs"
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / name).read_text(encoding="utf-8"))
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def leads_somewhere(document: dict[str, Any], reference: str) -> bool:
    at: Any = document
    for part in reference.removeprefix("#/").split("/"):
        if part not in at:
            return False
        at = at[part]
    return True


def test_the_written_documents_are_current() -> None:
    assert stale() == []


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_every_reference_leads_somewhere_and_every_schema_is_one(name: str) -> None:
    document = read(name)
    assert [one for one in references(document) if not leads_somewhere(document, one)] == []
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_the_sockets_document_has_every_channel_in_both_directions() -> None:
    document = read("asyncapi.json")
    assert document["asyncapi"] == "3.0.0"
    actions = {(one["channel"]["$ref"], one["action"]) for one in document["operations"].values()}
    assert actions == {
        (f"#/channels/{name}", way) for name in ("visitor", "agent", "bot", "board") for way in ("receive", "send")
    }
    says = {one["$ref"].rpartition("/")[2] for one in document["operations"]["agentSays"]["messages"]}
    assert {"AgentSay", "AddNote", "Transfer"} <= says


async def test_the_server_gives_its_documents_to_everybody(crm: Api) -> None:
    crm.bearer = ""
    served = await crm.get("/openapi.json")
    assert served.json() == read("openapi.json")
    again = await crm.get("/openapi.json", headers={"if-none-match": served.headers["etag"]})
    assert again.status_code == 304
    page = (await crm.get("/docs")).text
    for endpoint in ENDPOINTS:
        assert f'<h3 id="{endpoint.name}">' in page
        assert BASE + endpoint.path in page
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page, anchor


async def test_every_problem_leads_to_its_description(crm: Api) -> None:
    page = (await crm.get("/docs")).text
    told = [
        await crm.get("/nothing"),
        await crm.get("/chats/none"),
        await crm.get("/chats?limit=0"),
        await crm.ask("PUT", "/queues/night", json={"name": ""}),
        await crm.ask("PATCH", "/chats"),
        await crm.ask("PUT", "/queues/none", json={"name": "None"}, headers={"if-match": '"x"'}),
        await Api(crm.inside).get("/me"),
    ]
    for answer in told:
        assert f'id="{answer.json()["type"].rpartition("#")[2]}"' in page, answer.text


async def test_every_command_of_the_guide_works(crm: Api, cast: Cast) -> None:
    await cast.agent("ana")
    await cast.agent("ben")
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    commands = COMMANDS.findall(text)
    assert sum(block.count("curl ") for block in commands) >= 15
    script = "\n".join(commands)
    script = re.sub(r"^export .*$", "", script, flags=re.MULTILINE)
    known = {**os.environ, "URL": f"{crm.inside.url}/api/v1", "TOKEN": crm.bearer}
    run = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script, env=known,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()
    assert '"kind":"integration"' in said.decode()
