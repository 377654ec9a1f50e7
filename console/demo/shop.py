"""The demo's shop: a small host site with the widget. Only `sestetto demo` serves it.

Its content security policy is the one `docs/widget.md` recommends: nothing inline, nothing from other hosts.
"""

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.views.templating import render

SITE = "demo"
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)


class Ware(NamedTuple):
    """A product on the shop's pages."""

    slug: str
    name: str
    price: str
    line: str
    story: str


WARES = (
    Ware(
        "merino",
        "Merino, four-ply",
        "€ 9.50",
        "Soft and springy, 200 m per ball",
        "From flocks in the Matese hills, spun without bleach. It blooms slightly in the first wash, so "
        "knit a size down if you are between sizes.",
    ),
    Ware(
        "alpaca",
        "Alpaca and silk",
        "€ 14.00",
        "Warm, with a quiet shine",
        "70% baby alpaca, 30% mulberry silk. Hand wash and dry flat, and it will last for years.",
    ),
    Ware(
        "linen",
        "Wet-spun linen",
        "€ 7.80",
        "For summer, and softer every year",
        "Belgian flax, wet-spun so it does not pill. Stiff on the needles, but worth it.",
    ),
    Ware(
        "sock",
        "Sock yarn, speckled",
        "€ 11.20",
        "75% wool, 25% nylon",
        "Hand-dyed in small lots, so order enough for both socks.",
    ),
)


async def home(request: Request) -> Response:
    return page(request, "wares")


async def ware(request: Request) -> Response:
    found = next((one for one in WARES if one.slug == request.path_params["slug"]), None)
    return page(request, "ware", ware=found) if found else page(request, "missing", status=404)


async def delivery(request: Request) -> Response:
    return page(request, "delivery")


async def privacy(request: Request) -> Response:
    return page(request, "privacy")


def page(request: Request, part: str, *, ware: Ware | None = None, status: int = 200) -> Response:
    response = render(request, "shop.html", {"part": part, "wares": WARES, "ware": ware, "site": SITE}, status=status)
    response.headers["content-security-policy"] = POLICY
    return response


routes = [
    Route("/", home),
    Route("/wool/{slug}", ware),
    Route("/delivery", delivery),
    Route("/privacy", privacy),
]
