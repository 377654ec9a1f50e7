"""Serves endpoints: authentication, budget, reading the request; then the action, and its result or refusal as JSON.

A request authenticates with a bearer token only. Cookies do not count and no other origin is allowed, so no web page
can send a request in somebody's name.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from console.api.endpoint import ApiCall, Endpoint, etag_of, matches
from console.api.problems import ApiError, problem_of
from console.authentication import principal_of, services_of
from console.domain.scopes import Principal
from console.domain.validation.problems import ID
from console.errors import NotYours, SestettoError, SignInNeeded, SlowDown
from console.limits.budgets import Budgets
from console.protocol.api import FieldProblem
from console.queue.calls.caller import CHARGE, Charge
from console.security import log as security_log
from console.security.requests import about_the_request
from console.services import Services

MAX_BODY = 64 * 1024  # bytes
MAX_QUERY = 4 * 1024  # bytes
JSON = "application/json"
NO_TOKEN = "Send a valid token: Authorization: Bearer sst_... Create one in the console under Settings, API tokens."
NO_SCOPE = "This token may not do that: it needs the scope %s. Create a token that has it."
NOT_JSON = "Send the body as JSON, with Content-Type: application/json."
TOO_LARGE = "The body is too large. Send at most 64 KiB."
TWICE = "This parameter is given twice. Send it once."
ONLY = "This address allows only: %s."
FAILED = "Something failed on the server. Try again. If it fails again, tell your admin this number: %s."
NO_ID = "This is not a valid ID. IDs have up to 64 lowercase letters, digits, hyphens and underscores."
NO_PATH = "There is nothing at this address. See /api/v1/docs for all addresses."

log = structlog.get_logger()


class Resource:
    """All methods of one path, as an ASGI application."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._endpoints = {endpoint.method: endpoint for endpoint in endpoints}
        if "GET" in self._endpoints:
            self._endpoints["HEAD"] = self._endpoints["GET"]
        self._allow = ", ".join(sorted({*self._endpoints, "OPTIONS"}))
        self._decoders = {
            endpoint.method: msgspec.json.Decoder(endpoint.body) for endpoint in endpoints if endpoint.body is not None
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            response = Response(status_code=204, headers={"allow": self._allow})
        else:
            response = await self._answer(request)
        if request.method == "HEAD":
            response.body = b""  # its length stays that of a GET
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        endpoint = self._endpoints.get(request.method)
        try:
            if endpoint is None:
                raise ApiError("method", 405, ONLY % self._allow, allow=self._allow)
            return await self._serve(request, endpoint)
        except SestettoError as error:
            return problem_of(error, request.url.path, endpoint.about if endpoint else {})
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            number = about_the_request()["request"]
            log.error("api.failed", path=request.url.path, error=repr(error), exc_info=error)
            return problem_of(ApiError("failed", 500, FAILED % number), request.url.path)

    async def _serve(self, request: Request, endpoint: Endpoint) -> Response:
        services = services_of(request)
        principal = await principal_of(request)
        if principal is None:
            raise SignInNeeded(NO_TOKEN)
        charge = Charge(Budgets(services.settings, "", "").request(principal.token, endpoint.cost))
        before = CHARGE.set(charge)
        try:
            if not endpoint.rides:
                await services.workspace.charge()
            return await self._done(request, endpoint, services, principal)
        except SlowDown:
            raise
        except SestettoError:
            await services.workspace.charge()  # an action that was refused before it reached the store
            raise
        finally:
            CHARGE.reset(before)

    async def _done(self, request: Request, endpoint: Endpoint, services: Services, principal: Principal) -> Response:
        if endpoint.scope is not None and endpoint.scope not in principal.scopes:
            security_log.refused(f"{request.method} {request.url.path} without {endpoint.scope}")
            needs = f'Bearer realm="sestetto", error="insufficient_scope", scope="{endpoint.scope}"'
            raise ApiError("scope", 403, NO_SCOPE % endpoint.scope, www_authenticate=needs)
        if not all(ID.fullmatch(id) for id in request.path_params.values()):
            raise NotYours(NO_ID)
        given: dict[str, Any] = {}
        if endpoint.query is not None:
            given["query"] = _query(request, endpoint.query)
        elif request.url.query:
            raise _invalid(request.url.query.partition("=")[0][:60], "This address takes no parameters.")
        if endpoint.body is not None:
            given["body"] = await self._body(request, endpoint)
        found = await endpoint.call(ApiCall(request, services, principal), **given)
        if found is None:
            return Response(status_code=204)
        body = msgspec.json.encode(found)
        headers = {"cache-control": "private, no-cache", "vary": "authorization"}
        if endpoint.method == "GET" or endpoint.matches:
            headers["etag"] = etag_of(body)
            if endpoint.method == "GET" and matches(request.headers.get("if-none-match", ""), headers["etag"]):
                return Response(status_code=304, headers=headers)
        return Response(body, endpoint.status, headers, media_type=JSON)

    async def _body(self, request: Request, endpoint: Endpoint) -> Any:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise ApiError("media_type", 415, NOT_JSON)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise ApiError("too_large", 413, TOO_LARGE)
        try:
            return self._decoders[endpoint.method].decode(body)
        except msgspec.ValidationError as error:
            raise _invalid(*_said(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ApiError("invalid", 400, "The body is not JSON.") from None


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer for every unknown address."""
    response = problem_of(ApiError("no_path", 404, NO_PATH), Request(scope).url.path)
    await response(scope, receive, send)


def _query(request: Request, kind: Any) -> Any:
    if len(request.url.query) > MAX_QUERY:
        raise _invalid("", "The parameters are too long. Send at most 4 KiB.")
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise _invalid(name[:60], TWICE)
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        at, detail = _said(error)
        raise _invalid(at.removeprefix("$.").removeprefix("$"), detail) from None


# For a missing or unknown field, msgspec gives the object's path.
FIELD = re.compile(r"Object (?:missing required|contains unknown) field `([^`]+)`")


def _said(error: msgspec.ValidationError) -> tuple[str, str]:
    """Return the place of the problem and msgspec's description: "Expected `str`, got `int` - at `$.text`"."""
    detail, _, place = str(error).partition(" - at ")
    at = place.strip("`") or "$"
    return f"{at}.{field[1]}" if (field := FIELD.fullmatch(detail)) else at, detail


def _invalid(at: str, detail: str) -> ApiError:
    return ApiError("invalid", 422, f"{detail} ({at})" if at else detail, FieldProblem(at or "$", detail))
