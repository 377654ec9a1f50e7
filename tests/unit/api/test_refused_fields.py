"""Every field of every body and every parameter, as the document lists them: a refusal names the field."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from console.api.endpoint import Endpoint
from console.api.openapi import document
from console.api.routes import ENDPOINTS
from console.proving.clients import Cast
from tests.faults.installation import Inside
from tests.unit.api.client import Api

Schema = dict[str, Any]

VISITOR = {"ref": "+391234", "email": "vera@example.com"}
RIGHT: dict[str, dict[str, Any]] = {  # what each takes; {n} is another number each time
    "open_chat": {"site": "demo", "visitor": VISITOR, "text": "Hello", "queue": "support"},
    "leave_message": {"site": "demo", "visitor": VISITOR, "text": "Hello"},
    "say": {"text": "Hello"},
    "add_note": {"text": "Hello"},
    "transfer": {"queue": "billing"},
    "end": {},
    "label": {},
    "set_language": {"language": "it"},
    "add_member": {"email": "kim{n}@example.com", "name": "Kim"},
    "change_member": {"name": "Ben"},
    "set_status": {"status": "away"},
    "put_queue": {"name": "Support", "members": ["ana"]},
    "put_site": {"name": "Demo", "queue": "support", "origins": ["https://shop.example"]},
    "put_canned_reply": {"title": "Wool, by hand", "text": "Hello"},
}
PATHS = {"queue": "support", "site": "demo", "member": "ben", "reply": "hello"}
WRONG_TYPE: dict[str, object] = {"string": 7, "integer": "seven", "boolean": "yes", "array": {}, "object": []}
WRONG_VALUES: dict[str, tuple[object, ...]] = {
    "string": ("nope", " ", "x" * 5_000, "\u202e"),
    "integer": (-1, 10**9, 10**18),
    "array": (["nope"], ["nope", "nope"], [""], [7], ["x" * 5_000]),
    "object": ({"nope": 1}, {"nope": "x" * 600}, {f"n{number}": "x" * 499 for number in range(50)}),
}


class Case(NamedTuple):
    """A body with one field that is not as in `RIGHT`; `at` is where."""

    at: str
    body: dict[str, Any]


def resolved(schema: Schema) -> Schema:
    """Follow a reference, and take the first of several kinds."""
    while True:
        if "$ref" in schema:
            schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            schema = next(one for one in schema["anyOf"] if one.get("type") != "null")
        else:
            return schema


def kind_of(schema: Schema) -> str:
    return str(schema.get("type") or ("string" if "enum" in schema else "object"))


def with_one(schema: Schema, right: dict[str, Any], at: str = "$") -> Iterator[Case]:
    """Every case of an object's fields, those within its objects too."""
    for name in schema.get("required", ()):
        yield Case(f"{at}.{name}", {key: value for key, value in right.items() if key != name})
    yield Case(f"{at}.colour", {**right, "colour": "red"})
    for name, described in schema.get("properties", {}).items():
        field = resolved(described)
        kind = kind_of(field)
        for value in (WRONG_TYPE[kind], *WRONG_VALUES.get(kind, ())):
            yield Case(f"{at}.{name}", {**right, name: value})
        if "properties" in field:
            for case in with_one(field, right.get(name, {}), f"{at}.{name}"):
                yield Case(case.at, {**right, name: case.body})


def numbered(body: dict[str, Any], n: int) -> dict[str, Any]:
    return {name: value.replace("{n}", str(n)) if isinstance(value, str) else value for name, value in body.items()}


GOES_WITH = {"$.overflow_after": "$.overflow_to"}  # a time without a queue: what is missing is the queue


def is_within(named: str, at: str) -> bool:
    return named in (at, GOES_WITH.get(at)) or named.startswith((f"{at}.", f"{at}["))


def is_field(schema: Schema, at: str) -> bool:
    """Whether a body has such a field, as `$.hours.zone`; what is within a list or a table is not looked up."""
    for name in re.split(r"[.\[]", at)[1:]:
        if "properties" not in schema:
            return True
        if name not in schema["properties"]:
            return False
        schema = resolved(schema["properties"][name])
    return True


def takes(endpoint: Endpoint) -> Schema:
    operation = document()["paths"][f"/api/v1{endpoint.path}"][endpoint.method.lower()]
    return resolved(operation["requestBody"]["content"]["application/json"]["schema"])


def where(endpoint: Endpoint, chat: str) -> str:
    return endpoint.path.format(**PATHS, chat=chat) if endpoint.parameters else endpoint.path


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.body], ids=lambda one: one.name)
async def test_a_refused_field_is_named(endpoint: Endpoint, inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    chat = await crm.opens(ref="+390000")
    schema, right, tried = takes(endpoint), RIGHT[endpoint.name], 0
    for n, case in enumerate(with_one(schema, right)):
        answer = await crm.ask(endpoint.method, where(endpoint, chat), json=numbered(case.body, n))
        said = f"{case.at} in {msgspec.json.encode(case.body)[:200]!r}: {answer.text[:300]}"
        assert answer.status_code < 500, said
        if answer.status_code in (400, 404, 422):
            named = [one["at"] for one in answer.json().get("errors", ())]
            assert any(is_within(one, case.at) for one in named), said
            assert all(is_within(one, case.at) or is_field(schema, one) for one in named), said
            tried += 1
    assert tried >= 2, "whatever it takes is refused"
    done = await crm.ask(endpoint.method, where(endpoint, chat), json=numbered(right, -1))
    assert done.status_code < 400 or (endpoint.name == "label" and done.status_code == 409), done.text


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.query], ids=lambda one: one.name)
async def test_a_refused_parameter_is_named(endpoint: Endpoint, inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    chat = await crm.opens(ref="+390000")
    operation = document()["paths"][f"/api/v1{endpoint.path}"]["get"]
    for parameter in (one for one in operation["parameters"] if one["in"] == "query"):
        name = parameter["name"]
        for value in ("nope", "-1", "x" * 500, "1000000000000000000"):
            answer = await crm.get(where(endpoint, chat), params={name: value})
            if answer.status_code != 200:
                said = f"{name}={value[:20]}: {answer.text[:300]}"
                assert answer.status_code in (400, 422), said
                assert [one["at"] for one in answer.json()["errors"]] == [name], said
    unknown = await crm.get(where(endpoint, chat), params={"colour": "red"})
    assert [one["at"] for one in unknown.json()["errors"]] == ["colour"]


async def test_what_goes_together_is_named_together(inside: Inside, cast: Cast, crm: Api) -> None:
    await cast.agent("ana")
    chat = await crm.opens()
    for body in ({}, {"queue": "billing", "agent": "ben"}):
        answer = await crm.post(f"/chats/{chat}/transfer", body)
        assert [one["at"] for one in answer.json()["errors"]] == ["$.queue", "$.agent"]
    nobody = await crm.post(f"/chats/{chat}/transfer", {"agent": "nobody"})
    assert nobody.json()["errors"] == [{"at": "$.agent", "detail": "There is no such member."}]
    searched = await crm.get("/chats", params={"text": "parcel", "since": "5"})
    assert [one["at"] for one in searched.json()["errors"]] == ["text", "since"]
    key = await crm.post(f"/chats/{chat}/notes", {"text": "Hello"}, headers={"idempotency-key": "not a key"})
    assert [one["at"] for one in key.json()["errors"]] == ["Idempotency-Key"]
    queue = {"name": "Support", "hours": {"week": [[9, 5, 1]], "holidays": ["Christmas"]}}
    queue["channels"] = [{"channel": "email", "target": 700_000_000}]
    wrong = await crm.ask("PUT", "/queues/support", json=queue)
    assert {one["at"] for one in wrong.json()["errors"]} == {"$.hours.week", "$.hours.holidays", "$.channels"}
    mail = await crm.post("/left-messages", {"site": "demo", "visitor": {"ref": "+391234"}, "text": "Hello"})
    assert mail.status_code == 400
    says = "The team answers by mail: give the visitor's e-mail address in visitor.email."
    assert mail.json()["errors"] == [{"at": "$.visitor.email", "detail": says}]
