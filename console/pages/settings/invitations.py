"""Inviting members by link, and the invitations that are not used yet."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import invitations
from console.archive.credentials import SignedIn
from console.authentication import our_origin, services_of
from console.domain.directory import FIRST_LIMIT, SLOTS, Member
from console.domain.validation.members import ROLES
from console.errors import BadSettings, Problem
from console.pages.guard import read_form
from console.pages.settings.common import _, by_name, draw, draw_form, for_admins, known_to, language, saved
from console.pages.settings.form import Form, ticks
from console.pages.settings.members import AT, read_member, typed_of

NEW = Member("", "", "", limit=FIRST_LIMIT)


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    return await _form(request, me, {**typed_of(NEW), **ticks("queue", known.queues)})


@for_admins
async def invite(request: Request, me: SignedIn) -> Response:
    """Create the link, and show it once."""
    services = services_of(request)
    form = Form(await read_form(request, me.csrf, large=True), "invitation")
    wanted = replace(
        read_member(form, NEW, language(request, me), role=True), name="", email=form.typed.get("email", "")
    )
    if form.wrong:  # validate the rest too, so that all errors show together
        rest: Sequence[Problem] = await invitations.problems_of(services, me.member, wanted)
    else:
        try:
            link = await invitations.invite(services, me.member, wanted, our_origin(request))
            return draw(request, me, "invited", {"link": link, "email": wanted.email}, at=AT)
        except BadSettings as refused:
            rest = refused.wrong
    return await _form(request, me, form.typed, wrong=[*form.wrong, *rest])


@for_admins
async def revoke(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await invitations.revoke(services_of(request), me.member, request.path_params["invitation"])
    return saved(AT, "invitation", did="revoked")


async def _form(request: Request, me: SignedIn, typed: Mapping[str, str], *, wrong: Sequence[Problem] = ()) -> Response:
    known = await known_to(request)
    context = {
        "queues": by_name(known.queues.values()),
        "roles": ROLES,
        "limits": [str(limit) for limit in range(1, SLOTS + 1)],
        "sends": services_of(request).post.sends,
    }
    undone = _("Not invited")
    return draw_form(
        request, me, "invite", context, at=AT, typed=typed, wrong=wrong, target="invitation", undone=undone
    )


routes = [
    Route(f"{AT}/invite", show, methods=["GET"]),
    Route(f"{AT}/invite", invite, methods=["POST"]),
    Route("/settings/invitation/{invitation}/revoke", revoke, methods=["POST"]),
]
