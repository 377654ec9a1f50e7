"""The OpenAPI 3.1 document, built from the table of routes. Its schemas are the structs that handlers use."""

import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from console.api.endpoint import Endpoint
from console.api.routes import BASE, ENDPOINTS
from console.protocol.api import ApiProblem
from console.protocol.common import Id

TEMPLATE = "#/components/schemas/{name}"
ABOUT = """The REST API of Sestetto. Send a token as `Authorization: Bearer sst_...`; create one in the console, under
Settings. Times are integer ms. Errors are RFC 9457 problems. `docs/api.md` has a guide."""
TAGS = {
    "me": "The holder of the token.",
    "chats": "Chats and left messages: list, read, open for a visitor, write, add notes, transfer, end, label.",
    "visitors": "Visitors and their earlier chats.",
    "members": "Members and their status.",
    "settings": "Queues, sites and canned replies.",
    "figures": "Figures, as on the board.",
}
RESPONSES = {
    "400": "A part of the request cannot be read: a cursor, a key, the JSON.",
    "401": "The token is missing, unknown, revoked or expired, or its holder is deactivated: the same for all.",
    "403": "The token lacks the scope, or its holder lacks the right.",
    "404": "It does not exist, or you may not see it: the same for both.",
    "409": "Valid, but not possible now; or the Idempotency-Key was used for another request.",
    "412": "Somebody has changed it since the version in If-Match.",
    "413": "The body is larger than 64 KiB.",
    "415": "The body is not JSON.",
    "422": "A field or parameter is unknown or not valid.",
    "429": "The token has no requests left for now; Retry-After has the seconds to wait.",
    "503": "Not confirmed: it may have been done. Send it again with the same Idempotency-Key.",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Up to 255 visible ASCII characters, such as a UUID. The same key again gets the first result; with "
    "another body it is refused.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}


@cache
def document() -> dict[str, Any]:
    """Return the whole document."""
    kinds = [*dict.fromkeys(_kinds())]
    _, schemas = msgspec.json.schema_components([*kinds, Id], ref_template=TEMPLATE)
    for schema in schemas.values():
        schema["description"] = inspect.cleandoc(schema.get("description", ""))
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(BASE + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sestetto", "version": "1", "description": " ".join(ABOUT.split())},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {status: _problem(says) for status, says in RESPONSES.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token, `sst_...`."}},
        },
    }


def _kinds() -> Iterator[Any]:
    yield ApiProblem
    for endpoint in ENDPOINTS:
        yield from (kind for kind in (endpoint.query, endpoint.body, endpoint.answer) if kind is not None)


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    summary, rest = endpoint.says
    needs = f"Needs the scope `{endpoint.scope}`." if endpoint.scope else "Any token may do this."
    said: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": summary.removesuffix("."),
        "description": f"{rest} {needs}".strip(),
        "tags": [endpoint.tag],
        "parameters": list(_parameters(endpoint)),
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(endpoint.body)}}}
    return said


def _parameters(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in endpoint.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": msgspec.json.schema(Id)}
    if endpoint.query is not None:
        for name, schema in _schema_of(endpoint.query)["properties"].items():
            yield {"name": name, "in": "query", "required": False, "schema": schema}
    if endpoint.keyed:
        yield KEY
    if endpoint.matches:
        yield {"name": "If-Match", "in": "header", "description": "The ETag that it was read with.", "schema": TAGGED}
    if endpoint.method == "GET":
        yield {"name": "If-None-Match", "in": "header", "description": "An ETag that you have.", "schema": TAGGED}


TAGGED = {"type": "string"}  # one or more, or `*`


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done." if endpoint.method != "GET" else "Found."}
    if endpoint.answer is not None:
        done["content"] = {"application/json": {"schema": _ref(endpoint.answer)}}
    found = {str(endpoint.status): done}
    if endpoint.method == "GET":
        found["304"] = {"description": "Unchanged since the ETag in If-None-Match."}
    always = ["400", "401", "403", "422", "429", "503"]
    by_kind = (
        (["404"], bool(endpoint.parameters) or endpoint.name in ("open_chat", "leave_message")),
        (["409"], endpoint.method != "GET"),
        (["412"], endpoint.matches),
        (["413", "415"], endpoint.body is not None),
    )
    for status in sorted([*always, *(one for names, there in by_kind if there for one in names)]):
        found[status] = {"$ref": f"#/components/responses/{status}"}
    return found


def _problem(says: str) -> dict[str, Any]:
    return {"description": says, "content": {"application/problem+json": {"schema": _ref(ApiProblem)}}}


def _ref(kind: Any) -> dict[str, Any]:
    return {"$ref": TEMPLATE.format(name=kind.__name__)}


def _schema_of(kind: Any) -> dict[str, Any]:
    _, found = msgspec.json.schema_components([kind], ref_template=TEMPLATE)
    schema: dict[str, Any] = found[kind.__name__]
    return schema
