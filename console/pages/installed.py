"""What a browser needs to install the console: the manifest, the service worker, and the offline page."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.views.assets import STATIC, build, static
from console.views.bundles import address
from console.views.i18n import page_texts
from console.views.templating import THEME_COLOURS, locale_of, render

OFFLINE = "/offline"
SHEETS = ("tokens.css", "base.css", "pages.css")
ICONS = (("192.png", "192x192", "any"), ("512.png", "512x512", "any"), ("maskable.png", "512x512", "maskable"))
SHORTCUTS = (("Console", "/console"), ("Board", "/board"), ("Chats", "/chats"))  # as the pages call them
# Read at the start: an upgrade replaces the file while this process still serves.
SERVICE_WORKER = (STATIC / "service_worker.js").read_text(encoding="utf-8")


async def show_manifest(request: Request) -> Response:
    texts = page_texts().get(locale_of(request))
    manifest = {
        "id": "/console",
        "name": "Sestetto",
        "short_name": "Sestetto",
        "lang": locale_of(request),
        "start_url": "/console",
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME_COLOURS["light"],
        "background_color": THEME_COLOURS["light"],
        "icons": [
            {"src": static(f"icons/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "shortcuts": [{"name": texts.gettext(name), "url": url} for name, url in SHORTCUTS],
    }
    headers = {"cache-control": "no-cache", "vary": "accept-language, cookie"}
    return JSONResponse(manifest, media_type="application/manifest+json", headers=headers)


async def service_worker(request: Request) -> Response:
    """Serve the service worker. Each build has its own, so that browsers notice a new one."""
    parts = [*map(static, ("mark.svg", *SHEETS)), address("offline")]
    known = {
        "build": build(),
        "page": OFFLINE,
        "parts": parts,
        "icon": static("icons/192.png"),
        "badge": static("icons/badge.png"),
    }
    script = f"self.sestetto = {msgspec.json.encode(known).decode()};\n{SERVICE_WORKER}"
    return Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})


async def show_offline(request: Request) -> Response:
    response = render(request, "offline.html", {"sheets": SHEETS})
    response.headers["cache-control"] = "no-cache"
    return response


routes = [
    Route("/manifest.webmanifest", show_manifest),
    Route("/service-worker.js", service_worker),
    Route(OFFLINE, show_offline),
]
