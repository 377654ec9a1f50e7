"""The API's own description, as OpenAPI and as a page for people. Everybody gets the same."""

import hashlib
from functools import cache
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.api.endpoint import Endpoint, matches
from console.api.openapi import TAGS, document
from console.api.problems import problems_said
from console.api.routes import BASE, ENDPOINTS
from console.views.templating import render


@cache
def as_json() -> bytes:
    return msgspec.json.format(msgspec.json.encode(document()), indent=1)


async def openapi_json(request: Request) -> Response:
    tag = f'"{hashlib.blake2b(as_json(), digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "public, no-cache"}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(as_json(), media_type="application/json", headers=headers)


async def docs_page(request: Request) -> Response:
    """A page for people, in English like all of the API."""
    schemas = document()["components"]["schemas"]
    by_tag = {tag: [_shown(one) for one in ENDPOINTS if one.tag == tag] for tag in TAGS}
    context = {
        "signed_in": None,
        "tags": TAGS,
        "by_tag": by_tag,
        "schemas": {name: _fields(schema) for name, schema in schemas.items() if schema.get("properties")},
        "schema_says": {name: schema.get("description", "") for name, schema in schemas.items()},
        "problems": problems_said(),
        "base": BASE,
    }
    response = render(request, "api.html", context, locale="en")
    response.headers["cache-control"] = "public, no-cache"
    return response


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    operation = document()["paths"][BASE + endpoint.path][endpoint.method.lower()]
    return {
        "method": endpoint.method,
        "path": BASE + endpoint.path,
        "id": endpoint.name,
        "summary": operation["summary"],
        "description": operation["description"],
        "parameters": [_parameter(one) for one in operation["parameters"] if one["in"] != "path"],
        "body": endpoint.body.__name__ if endpoint.body is not None else "",
        "answer": endpoint.answer.__name__ if endpoint.answer is not None else "",
        "status": endpoint.status,
    }


def _parameter(given: dict[str, Any]) -> dict[str, str]:
    schema = given["schema"]
    says = given.get("description") or schema.get("description") or _kind(schema)
    return {"name": given["name"], "where": given["in"], "says": says}


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(schema.get("required", ()))
    return [
        {"name": name, "kind": _kind(field), "required": name in required, "says": field.get("description", "")}
        for name, field in schema["properties"].items()
    ]


def _kind(field: dict[str, Any]) -> str:
    """Return a type in a few words: `string`, `list of Chat`, `integer or null`."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "enum" in field:
        return " | ".join(repr(value) if value != "" else '""' for value in field["enum"]).replace("'", "")
    if "const" in field:
        return str(field["const"])
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_kind(one) for one in field["anyOf"]))
    if field.get("type") == "array":
        items = field.get("items")
        return f"list of {_kind(items)}" if items else "list"
    return str(field.get("type", "any"))


routes = [
    Route(f"{BASE}/openapi.json", openapi_json, methods=["GET"]),
    Route(f"{BASE}/docs", docs_page, methods=["GET"]),
]
