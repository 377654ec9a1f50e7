"""Refusals as RFC 9457 problems: the error's code becomes the `type`, its sentence the `detail`."""

import re
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response

from console.errors import (
    BadSettings,
    CidReused,
    SestettoError,
    SignInNeeded,
    SlowDown,
    Unknown,
    WrongEpoch,
    every_error,
)
from console.protocol.api import ApiProblem, FieldProblem

TYPES = "/api/v1/docs#problem-"
STATUS: dict[type[SestettoError], int] = {CidReused: 409}  # where HTTP uses another status than the error tree
UNKNOWN = "We could not confirm this. Send it again with the same Idempotency-Key."
EPOCH = "The live store was reset a moment ago. Send it again with the same Idempotency-Key."
AGAIN = "This token has no requests left for now. Send the request again in %s s."
TITLES = {
    "sign_in": "A valid bearer token is needed",
    "scope": "The token's scopes do not allow this",
    "invalid": "The request is not valid",
    "bad_frame": "The request is not valid",
    "no_path": "There is nothing at this address",
    "method": "This address does not allow this method",
    "media_type": "The body must be JSON",
    "too_large": "The body is too large",
    "overtaken": "Somebody else has changed this",
    "not_found": "It does not exist, or you may not see it",
    "settings": "Some values are not valid",
    "failed": "Something failed on the server",
}


class ApiError(SestettoError):
    """A refusal that exists only in the API."""

    def __init__(self, code: str, status: int, message: str, *errors: FieldProblem, **headers: str) -> None:
        super().__init__(message)
        self.code, self.status = code, status  # type: ignore[misc]
        self.errors = list(errors)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem_of(error: SestettoError, instance: str, about: Mapping[type[SestettoError], str] = {}) -> Response:
    """Return the response for an error. `about`: see Endpoint."""
    status = STATUS.get(type(error), error.status)
    code = "settings" if isinstance(error, BadSettings) else error.code
    headers = {"cache-control": "no-store", **getattr(error, "headers", {})}
    if error.retry_after:
        headers["retry-after"] = str(max(1, -int(-error.retry_after // 1)))
    if isinstance(error, SignInNeeded):
        headers["www-authenticate"] = 'Bearer realm="sestetto"'
    problem = ApiProblem(
        type=TYPES + code,
        title=TITLES.get(code, HTTPStatus(status).phrase),
        status=status,
        detail=_detail(error, headers.get("retry-after", "")),
        code=code,
        instance=instance,
        retry_after=error.retry_after,
        errors=_errors(error, about),
    )
    body = msgspec.json.encode(problem)
    return Response(body, status, headers, media_type="application/problem+json")


def _detail(error: SestettoError, seconds: str) -> str:
    if isinstance(error, Unknown):
        return UNKNOWN
    if isinstance(error, WrongEpoch):
        return EPOCH
    return AGAIN % seconds if type(error) is SlowDown else str(error)


def _errors(error: SestettoError, about: Mapping[type[SestettoError], str]) -> list[FieldProblem]:
    if isinstance(error, ApiError):
        return error.errors
    if isinstance(error, BadSettings):
        return [FieldProblem(path_of(one.field), str(one)) for one in error.wrong]
    if error.at:
        return [FieldProblem(at, str(error)) for at in error.at]
    field = next((about[kind] for kind in type(error).__mro__ if kind in about), "")
    return [FieldProblem(f"$.{field}", str(error))] if field else []


OF_HOURS = re.compile(r"(zone|holidays)|week\d?")
OF_MANY = re.compile(r"(channel)\..+|(phrase)s[._].+")


def path_of(field: str) -> str:
    """Return where a field of the settings' forms is in a body: hours are one field there, and so are all channels."""
    if hours := OF_HOURS.fullmatch(field):
        return f"$.hours.{hours[1] or 'week'}"
    if many := OF_MANY.fullmatch(field):
        return f"$.{many[1] or many[2]}s"
    return f"$.{field}" if field else "$"


def problems_said() -> list[tuple[str, int, str]]:
    """Return every code with its status and meaning, for people; errors of frames only are left out."""
    ours = [
        ("scope", 403, "The token lacks the scope that the request needs."),
        ("invalid", 422, "A field or parameter is missing, unknown or not valid; `errors` says which (400: no JSON)."),
        ("settings", 400, "Some values are not valid; `errors` says which and what to enter."),
        ("media_type", 415, "The body must be JSON."),
        ("too_large", 413, "The body is larger than 64 KiB."),
        ("method", 405, "The address allows other methods; `Allow` lists them."),
        ("no_path", 404, "There is nothing at this address."),
        ("failed", 500, "A bug. The server's log has details under the number in `detail`."),
    ]
    shown = [error for error in every_error() if error.__module__ == "console.errors" and error.code not in HIDDEN]
    theirs = {error.code: (error.code, STATUS.get(error, error.status), _said(error)) for error in reversed(shown)}
    return sorted([*ours, *theirs.values()])


HIDDEN = {"error", "setting", "refused", "proof_needed", "epoch", "no_breather", "profile_full", "too_many_connections"}


def _said(error: type[SestettoError]) -> str:
    return SAID.get(error, error.message)


SAID: dict[type[SestettoError], str] = {
    Unknown: UNKNOWN,
    SignInNeeded: "There is no valid token. Unknown, revoked and expired tokens have the same response.",
}
