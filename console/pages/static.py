"""Static files. Files requested by build are cached forever; browsers revalidate all others."""

import re

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.views.assets import STATIC, build, is_of_this_build

FOR_EVER = "public, max-age=31536000, immutable"
ASK = "no-cache"  # stored, but revalidated before each use
BUILD = re.compile(r"([0-9a-f]{12})/(.+)")


class BuildFiles(StaticFiles):
    """Serves `<build>/x` and `x` from the same file.

    During a rolling deploy, a page of one release may request a file from a process of another. It gets that process's
    file rather than none, but no cache may keep it under that build.
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
