"""Static files. One that is asked for by its build may be kept for ever; any other is asked about each time."""

import re

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.views.assets import STATIC, build, is_of_this_build

FOR_EVER = "public, max-age=31536000, immutable"
ASK = "no-cache"  # kept, but never used without asking
BUILD = re.compile(r"([0-9a-f]{12})/(.+)")


class BuildFiles(StaticFiles):
    """`<build>/x` and `x` are the same file.

    During a rolling deploy a page of one release asks a process of another: it gets the file as it is there, rather
    than none, but no cache may keep it under that build.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = BUILD.fullmatch(path)
        asked, name = found.groups() if found else ("", path)
        response = await super().get_response(name, scope)
        if response.status_code in {200, 304}:
            keep = asked == build() and is_of_this_build(name)
            response.headers["cache-control"] = FOR_EVER if keep else ASK
        return response


routes = [Mount("/static", BuildFiles(directory=STATIC), name="static")]
