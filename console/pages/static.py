"""Static files. One asked for with its hash may be kept for ever; any other is asked about each time."""

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from console.views.templating import STATIC

FOR_EVER = "public, max-age=31536000, immutable"
ASK = "no-cache"  # kept, but never used without asking: modules import each other by plain names


class KeptFiles(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in {200, 304}:
            response.headers["cache-control"] = FOR_EVER if scope["query_string"].startswith(b"v=") else ASK
        return response


routes = [Mount("/static", KeptFiles(directory=STATIC), name="static")]
