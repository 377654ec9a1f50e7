"""The supervisor's board: one page for a desk or, with `?wall=1`, for a wall display. Changes arrive by socket."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.permissions import require
from console.pages.client_texts.board import board_texts
from console.pages.guard import for_members
from console.views.i18n import page_texts
from console.views.templating import locale_of, render


@for_members
async def show_board(request: Request, me: SignedIn) -> Response:
    require(me.member, "supervise")
    services = services_of(request)
    return board_page(request, me, build=services.build, reasons=services.directory.away_reasons)


def board_page(request: Request, me: SignedIn, *, build: str, reasons: tuple[str, ...] = ()) -> Response:
    """Render the empty board, with the data its scripts need to fill it."""
    locale = locale_of(request, me.member.locale)
    context = {
        "signed_in": me,
        "wall": request.query_params.get("wall") == "1",
        "texts": board_texts(page_texts().get(locale)),
        "build": build,
        "reasons": reasons,
    }
    return render(request, "board.html", context, locale=locale)


routes = [Route("/board", show_board)]
