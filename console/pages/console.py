"""The agent's console: one page; all changes arrive by socket."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import SLOTS
from console.pages import visitor
from console.pages.client_texts.console import first_words, script_texts
from console.pages.client_texts.tools import desk_texts, places_for
from console.pages.client_texts.watch import watch_texts
from console.pages.guard import for_members
from console.security import CONTENT_POLICY
from console.views.i18n import page_texts
from console.views.templating import locale_of, render


@for_members
async def show_console(request: Request, me: SignedIn) -> Response:
    services = services_of(request)
    if services.demo and not services.first_languages:
        services.first_languages = request.headers.get("accept-language", "en")
    sites = {key: site.name for key, site in services.directory.sites.items()}
    return console_page(
        request,
        me,
        build=services.build,
        sites=sites,
        demo=services.demo,
        suggestions=services.directory.suggestions,
        drafts=services.drafts.on and services.directory.drafts,
        push_key=services.push_client.vapid.public,
    )


def console_page(
    request: Request,
    me: SignedIn,
    *,
    build: str,
    sites: Mapping[str, str] | None = None,
    demo: bool = False,
    suggestions: bool = True,
    drafts: bool = False,
    push_key: str = "",
) -> Response:
    """Render six empty panes and what the scripts need to fill them.

    `sites` are names by key, for canned replies; without `suggestions` or `drafts` none are shown. With `?embedded`,
    our own pages may show it in a frame. Only pages that are not embedded receive the server's `push_key`.
    """
    embedded = "embedded" in request.query_params
    locale = locale_of(request, me.member.locale)
    texts = page_texts().get(locale)
    context = {
        "signed_in": me,
        "slots": range(1, SLOTS + 1),
        "texts": script_texts(texts) | desk_texts(texts) | watch_texts(texts),
        "places": places_for(me.member, texts),
        "build": build,
        "embedded": embedded,
        "demo": demo,
        "sites": sites or {},
        "first_words": first_words(),
        "suggestions": suggestions,
        "drafts": drafts,
        "push_key": "" if embedded else push_key,
    }
    response = render(request, "console.html", context, locale=locale)
    if embedded:
        response.headers["content-security-policy"] = CONTENT_POLICY.replace(
            "frame-ancestors 'none'", "frame-ancestors 'self'"
        )
        response.headers["x-frame-options"] = "SAMEORIGIN"
    return response


routes = [Route("/console", show_console), *visitor.routes]
