"""Canned replies: every member's own, and for supervisors the team's."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import canned_replies
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.directory import PLACEHOLDERS, Canned, Directory
from console.domain.ids import new_id
from console.domain.permissions import may
from console.domain.validation.members import CANNED_TEXT, snippet_of
from console.errors import BadCommand, BadSettings, Problem
from console.pages.guard import for_those_who, go, read_form
from console.pages.settings.common import by_name, draw, draw_form, known_to, overtaken
from console.pages.settings.form import Form, stamp

AT = "/settings/canned"
MINE, SHARED = "member", "shared"

for_agents = for_those_who("answer")


@for_agents
async def list_replies(request: Request, me: SignedIn) -> Response:
    stores, known = services_of(request).stores, await known_to(request)
    mine = await stores.canned.for_member(me.member)
    team = await stores.canned.of_team() if may(me.member, "configure") else mine
    context = {
        "mine": [reply for reply in mine if reply.scope == "member"],
        "shared": [reply for reply in team if reply.scope == "shared"],
        "by_queue": {
            queue.name: found
            for queue in by_name(known.queues.values())
            if (found := [reply for reply in team if (reply.scope, reply.owner) == ("queue", queue.id)])
        },
        "may_change": may(me.member, "configure"),
        "done": request.query_params.get("done", ""),
    }
    return draw(request, me, "canned", context, at=AT)


@for_agents
async def show_new(request: Request, me: SignedIn) -> Response:
    known, asked = await known_to(request), request.query_params.get("for", "")
    whom = asked if asked in _choices(known, me) else MINE
    return _form(request, me, known, None, {"title": "", "snippet": "", "text": "", "for": whom})


@for_agents
async def show_reply(request: Request, me: SignedIn) -> Response:
    reply = await _reply(request, me)
    return _form(request, me, await known_to(request), reply, typed_of(reply))


@for_agents
async def save_new(request: Request, me: SignedIn) -> Response:
    form = Form(await read_form(request, me.csrf), "canned:new")
    return await _save(request, me, None, form, Canned(new_id(), "", ""))


@for_agents
async def save_reply(request: Request, me: SignedIn) -> Response:
    reply = await _reply(request, me)
    form = Form(await read_form(request, me.csrf), f"canned:{reply.id}")
    overtaken(form, reply)
    return await _save(request, me, reply, form, reply)


@for_agents
async def remove(request: Request, me: SignedIn) -> Response:
    reply = await _reply(request, me)
    await read_form(request, me.csrf)
    await canned_replies.remove(services_of(request), me.member, reply.id)
    return go(f"{AT}?done=removed")


async def _save(request: Request, me: SignedIn, reply: Canned | None, form: Form, was: Canned) -> Response:
    known = await known_to(request)
    whom = form.typed.get("for", MINE)
    title, snippet = form.plain("title"), snippet_of(form.plain("snippet"))
    text = form.text("text", limit=CANNED_TEXT)
    wanted = replace(was, title=title, snippet=snippet, text=text, **_scope(whom, me))
    if form.wrong:  # validate the rest too, so that all errors show together
        rest: Sequence[Problem] = await canned_replies.problems_of(services_of(request), me.member, wanted)
    else:
        try:
            put = canned_replies.update if reply else canned_replies.add
            await put(services_of(request), me.member, wanted)
            return go(f"{AT}?done=saved")
        except BadSettings as refused:
            rest = refused.wrong
    here = [one._replace(target=form.target, field="for" if one.field == "owner" else one.field) for one in rest]
    return _form(request, me, known, reply, form.typed, wrong=[*form.wrong, *here], target=form.target)


def typed_of(reply: Canned) -> dict[str, str]:
    """Return the values of the form's fields; `for` is `member`, `shared` or `queue:<id>`."""
    whom = f"queue:{reply.owner}" if reply.scope == "queue" else reply.scope
    return {"title": reply.title, "snippet": reply.snippet, "text": reply.text, "for": whom}


def _scope(whom: str, me: SignedIn) -> dict[str, str]:
    if whom == MINE:
        return {"scope": MINE, "owner": me.member.id}
    if whom == SHARED:
        return {"scope": SHARED, "owner": ""}
    scope, _, queue = whom.partition(":")
    if scope != "queue":
        raise BadCommand("The form could not be read.")
    return {"scope": scope, "owner": queue}


def _choices(known: Directory, me: SignedIn) -> list[str]:
    """Return the choices of whom the member may write replies for."""
    shared = [SHARED, *(f"queue:{queue}" for queue in known.queues)] if may(me.member, "configure") else []
    return [MINE, *shared]


async def _reply(request: Request, me: SignedIn) -> Canned:
    return await canned_replies.read(services_of(request), me.member, request.path_params["reply"])


def _form(
    request: Request,
    me: SignedIn,
    known: Directory,
    reply: Canned | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
) -> Response:
    context = {
        "reply": reply,
        "queues": by_name(known.queues.values()),
        "may_share": may(me.member, "configure"),
        "placeholders": PLACEHOLDERS,
        "seen": stamp(reply) if reply else "",
    }
    return draw_form(request, me, "reply", context, at=AT, typed=typed, wrong=wrong, target=target)


routes = [
    Route(AT, list_replies, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/reply/{reply}", show_reply, methods=["GET"]),
    Route("/settings/reply/{reply}", save_reply, methods=["POST"]),
    Route("/settings/reply/{reply}/remove", remove, methods=["POST"]),
]
