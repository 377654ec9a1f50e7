"""Refusals as RFC 9457 problems: the error's code makes the `type`, its sentence the `detail`."""

from http import HTTPStatus

import msgspec
from starlette.responses import Response

from console.errors import BadSettings, CidReused, SestettoError, SignInNeeded, SlowDown, Unknown, WrongEpoch
from console.protocol.api import ApiProblem, FieldProblem

TYPES = "/api/v1/docs#problem-"
STATUS: dict[type[SestettoError], int] = {CidReused: 409}  # where HTTP has another word than the tree
UNKNOWN = "Nobody knows whether it was done. Send it again with the same Idempotency-Key."
EPOCH = "The live store was reset a moment ago. Send it again with the same Idempotency-Key."
AGAIN = "You have used up this token's requests for now. Send it again in %s s."
TITLES = {
    "sign_in": "A valid bearer token is needed",
    "scope": "The token's scopes do not allow this",
    "invalid": "The request is not valid",
    "bad_frame": "The request is not valid",
    "no_path": "There is nothing at this address",
    "method": "The address does not take this method",
    "media_type": "The body has to be JSON",
    "too_large": "The body is too large",
    "overtaken": "Somebody else was quicker",
    "not_found": "It is not there, or not yours to see",
    "settings": "Some values are not valid",
    "failed": "Something failed on the server",
}


class ApiError(SestettoError):
    """A refusal that only the API has."""

    def __init__(self, code: str, status: int, message: str, *errors: FieldProblem, **headers: str) -> None:
        super().__init__(message)
        self.code, self.status = code, status  # type: ignore[misc]
        self.errors = list(errors)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem_of(error: SestettoError, instance: str) -> Response:
    """Return the response that tells of an error."""
    status = STATUS.get(type(error), error.status)
    code = "settings" if isinstance(error, BadSettings) else error.code
    headers = {"cache-control": "no-store", **getattr(error, "headers", {})}
    if error.retry_after:
        headers["retry-after"] = str(max(1, -int(-error.retry_after // 1)))
    if isinstance(error, SignInNeeded):
        headers["www-authenticate"] = 'Bearer realm="sestetto"'
    told = ApiProblem(
        type=TYPES + code,
        title=TITLES.get(code, HTTPStatus(status).phrase),
        status=status,
        detail=_detail(error, headers.get("retry-after", "")),
        code=code,
        instance=instance,
        retry_after=error.retry_after,
        errors=_errors(error),
    )
    body = msgspec.json.encode(told)
    return Response(body, status, headers, media_type="application/problem+json")


def _detail(error: SestettoError, seconds: str) -> str:
    if isinstance(error, Unknown):
        return UNKNOWN
    if isinstance(error, WrongEpoch):
        return EPOCH
    return AGAIN % seconds if type(error) is SlowDown else str(error)


def _errors(error: SestettoError) -> list[FieldProblem]:
    if isinstance(error, BadSettings):
        return [FieldProblem(f"$.{one.field}" if one.field else "$", str(one)) for one in error.wrong]
    return getattr(error, "errors", [])
