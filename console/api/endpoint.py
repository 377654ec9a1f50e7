"""What an endpoint is: a function that takes a call, with everything the document says about it."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_type_hints

import msgspec
from starlette.requests import Request

from console.api.cursors import Cursors
from console.domain.ids import CID, new_cid
from console.domain.scopes import Principal, TokenScope
from console.errors import BadCommand, ChangedMeanwhile, SestettoError
from console.protocol.api import Given
from console.services import Services

KEY = re.compile(r"[\x21-\x7e]{1,255}")  # of the Idempotency-Key
PARAMETER = re.compile(r"\{(\w+)\}")
NO_KEY = "Idempotency-Key takes 1 to 255 visible ASCII characters, such as a UUID."
OVERTAKEN = "Somebody has changed this since you read it. Read it again, and repeat your change with the new ETag."


@dataclass
class ApiCall:
    """A request that was admitted: who asks, and for what."""

    request: Request
    services: Services
    principal: Principal

    @property
    def path(self) -> Mapping[str, str]:
        return self.request.path_params

    @cached_property
    def cid(self) -> str:
        """Return the command's id: the client's key, or a new one. A key that is not a cid is converted. Raises
        BadCommand.
        """
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return new_cid()
        if not KEY.fullmatch(key):
            raise BadCommand(NO_KEY, at=["Idempotency-Key"])
        if CID.fullmatch(key):
            return key
        made = hashlib.blake2b(key.encode(), digest_size=16, person=b"sestetto.key").digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    @property
    def cursors(self) -> Cursors:
        return Cursors(self.services.settings.secret)

    def require_match(self, now: Given | None) -> bool:
        """Whether the request names a state (If-Match) that the thing must be in.

        Raises ChangedMeanwhile if the thing is in another state now.
        """
        asked = self.request.headers.get("if-match")
        if asked is not None and not matches(asked, etag_of(msgspec.json.encode(now)) if now is not None else ""):
            raise ChangedMeanwhile(OVERTAKEN)
        return asked is not None


@dataclass(frozen=True)
class Endpoint:
    """A method of a path. Query, body and answer are the function's own types, its docstring is its description.

    `rides`: its action writes to the live store, and the same call charges the token's budget. `cost` is the charge.
    `about` names the body's field for errors that do not name one themselves.
    """

    method: str
    path: str
    call: Callable[..., Awaitable[Any]]
    scope: TokenScope | None
    status: int = 200
    cost: int = 1
    rides: bool = False
    matches: bool = False  # takes If-Match
    about: Mapping[type[SestettoError], str] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(init=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", get_type_hints(self.call, include_extras=True))

    @property
    def query(self) -> Any:
        return self.hints.get("query")

    @property
    def body(self) -> Any:
        return self.hints.get("body")

    @property
    def answer(self) -> Any:
        """The struct of the answer; None for an empty one."""
        said = self.hints["return"]
        return None if said is type(None) else said

    @property
    def keyed(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.method == "POST"

    @property
    def name(self) -> str:
        return self.call.__name__

    @property
    def tag(self) -> str:
        return self.call.__module__.rpartition(".")[2]

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.path)

    @property
    def says(self) -> tuple[str, str]:
        """Return the first sentence of its docstring, and the rest."""
        first, dot, rest = " ".join((self.call.__doc__ or "").split()).partition(". ")
        return first + dot.strip(), rest


def etag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(header: str, tag: str) -> bool:
    """Whether a list of tags (If-Match, If-None-Match) names this one; `*` matches any that exists."""
    listed = {one.strip().removeprefix("W/") for one in header.split(",")}
    return bool(tag) and (tag in listed or "*" in listed)
