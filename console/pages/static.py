"""Static files. Files requested by build are cached forever; browsers revalidate all others."""

import re
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.views import bundles
from console.views.assets import STATIC, State, build, is_of_this_build
from console.views.packed_file import PackedFile, packed, send_file

FOR_EVER = "public, max-age=31536000, immutable"
ASK = "no-cache"  # stored, but revalidated before each use
TEXT = (".css", ".js", ".svg")  # worth compressing
BUILD = re.compile(r"([0-9a-f]{12})/(.+)")
BUNDLE = re.compile(bundles.FOLDER + r"/(\w+)\.js")


class BuildFiles(StaticFiles):
    """Serves `<build>/x` and `x` from the same file.

    During a rolling deploy, a page of one release may request a file from a process of another. It gets that process's
    file instead of none, but no cache may keep the file under that build.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = BUILD.fullmatch(path)
        asked, name = found.groups() if found else ("", path)
        if page := BUNDLE.fullmatch(name):
            return _bundle(page[1], asked, scope)
        response = await super().get_response(name, scope)
        if isinstance(response, FileResponse) and name.endswith(TEXT):
            state = response.stat_result
            assert state is not None, "found by its parent class"
            file = _text(str(response.path), (state.st_mtime_ns, state.st_size), str(response.media_type))
            response = send_file(Request(scope), file, {})
        if response.status_code in {200, 304}:
            response.headers["cache-control"] = _caching(asked == build() and is_of_this_build(name))
        return response


@lru_cache(maxsize=100)
def _text(path: str, state: State, media: str) -> PackedFile:
    return packed(Path(path).read_bytes(), media)


def _bundle(page: str, asked: str, scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        raise HTTPException(405)
    if page not in bundles.PAGES:
        raise HTTPException(404)
    keep = asked == build() and bundles.is_of_this_build(page)
    return send_file(Request(scope), bundles.bundle(page), {"cache-control": _caching(keep)})


def _caching(keep: bool) -> str:
    return FOR_EVER if keep else ASK


routes = [Mount("/static", BuildFiles(directory=STATIC), name="static")]
