"""Members: their queues, languages and chat limits; admins also manage accounts."""

from collections.abc import Mapping, Sequence
from typing import cast

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import invitations, members, passwords, second_factors
from console.archive.credentials import SignedIn
from console.archive.invitations import PendingInvitation
from console.authentication import services_of
from console.domain.directory import FIRST_LIMIT, SLOTS, Directory, Member, MemberRole
from console.domain.ids import new_id
from console.domain.permissions import may
from console.domain.validation.members import ROLES
from console.errors import BadSettings, NotYours, Problem
from console.pages.guard import read_form
from console.pages.settings.common import (
    PASSWORD_NOT_CHANGED,
    _,
    by_name,
    check_rest,
    draw,
    draw_form,
    for_admins,
    for_supervisors,
    known_to,
    language,
    news,
    overtaken,
    saved,
)
from console.pages.settings.form import Form, in_words, stamp, ticks
from console.projection.right_limit import RightLimit, right_limit_of

AT = "/settings/members"
NEW = Member("", "", "", limit=FIRST_LIMIT)
NO_MEMBER = _("Member not found. It may have been deactivated.")


@for_supervisors
async def list_members(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    everyone = await services_of(request).stores.members.everyone()
    locale = language(request, me)
    context = {
        "members": [line.member for line in everyone if not line.disabled],
        "invitations": await _invitations(request, me),
        "disabled": [line for line in everyone if line.disabled] if may(me.member, "administer") else [],
        "languages_of": {line.member.id: in_words(line.member.languages, locale) for line in everyone},
        "queues": known.queues,
        **news(request, {line.member.id: line.member.name for line in everyone}),
    }
    return draw(request, me, "members", context, at=AT)


async def _invitations(request: Request, me: SignedIn) -> list[PendingInvitation]:
    """Return the unused invitations, for admins."""
    services = services_of(request)
    return await invitations.read_pending(services, me.member) if may(me.member, "administer") else []


@for_admins
async def show_new(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    return _form(request, me, known, None, {**typed_of(NEW), **ticks("queue", known.queues)})


@for_supervisors
async def show_member(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    member = _member(known, request)
    return _form(request, me, known, member, typed_of(member), second_factor=await _has_factor(request, me, member))


@for_admins
async def save_new(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    form = Form(await read_form(request, me.csrf, large=True), "member:new")
    wanted = replace(read_member(form, NEW, language(request, me), role=True), id=new_id())
    wanted = replace(wanted, email=form.typed.get("email", ""))
    password = form.typed.get("password", "")
    if not password:
        form.say("password", "Enter a first password so they can sign in.")
    if form.wrong:  # validate the rest too, so that all errors show together
        rest: Sequence[Problem] = await members.problems_of(services_of(request), me.member, wanted, password)
    else:
        try:
            made, live = await members.add(services_of(request), me.member, wanted, password)
            return saved(AT, made.id, live=live)
        except BadSettings as refused:
            rest = refused.wrong
    wrong = [*form.wrong, *_beside_fields(rest, form)]
    return _form(request, me, known, None, form.typed, wrong=wrong, target=form.target)


@for_supervisors
async def save_member(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    member = _member(known, request)
    form = Form(await read_form(request, me.csrf, large=True), f"member:{member.id}")
    overtaken(form, _shown(member))
    wanted = read_member(form, member, language(request, me), role=may(me.member, "administer"))
    rest: Sequence[Problem] = ()
    try:
        if not form.wrong:
            return saved(AT, member.id, live=await members.update(services_of(request), me.member, wanted))
        check_rest(form, known, replace(known, members={**known.members, member.id: wanted}))
    except BadSettings as refused:
        rest = refused.wrong
    wrong = [*form.wrong, *_beside_fields(rest, form)]
    return _form(request, me, known, member, form.typed, wrong=wrong, target=form.target)


def _beside_fields(wrong: Sequence[Problem], form: Form) -> list[Problem]:
    """Show what the change does to a queue beside the field that causes it."""

    def of(one: Problem) -> Problem:
        ours = not one.target.startswith("queue:")
        field = one.field if ours else {"members": "queues", "languages": "languages"}.get(one.field, "")
        return one._replace(target=form.target, field=field)

    return [of(one) for one in wrong]


@for_admins
async def set_password(request: Request, me: SignedIn) -> Response:
    """Reset a forgotten password; everything the member was signed in with ends."""
    known = await known_to(request)
    member = _member(known, request)
    form = Form(await read_form(request, me.csrf), f"member:{member.id}")
    try:
        await passwords.reset(services_of(request), me.member, member.id, form.typed.get("password", ""))
    except BadSettings as refused:
        target, undone = form.target, PASSWORD_NOT_CHANGED
        return _form(request, me, known, member, typed_of(member), wrong=refused.wrong, target=target, undone=undone)
    return saved(AT, member.id, did="password")


@for_admins
async def reset_second_factor(request: Request, me: SignedIn) -> Response:
    """Remove a lost second factor; everything the member was signed in with ends."""
    member = _member(await known_to(request), request)
    await read_form(request, me.csrf)
    await second_factors.reset(services_of(request), me.member, member.id)
    return saved(AT, member.id, did="factor")


@for_admins
async def disable(request: Request, me: SignedIn) -> Response:
    known = await known_to(request)
    member = _member(known, request)
    await read_form(request, me.csrf)
    try:
        live = await members.deactivate(services_of(request), me.member, member.id)
    except BadSettings as refused:
        target, undone = f"member:{member.id}", _("Not deactivated")
        return _form(request, me, known, member, typed_of(member), wrong=refused.wrong, target=target, undone=undone)
    return saved(AT, member.id, live=live, did="deactivated")


@for_admins
async def enable(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    member = request.path_params["member"]
    live = await members.reactivate(services_of(request), me.member, member)
    return saved(AT, member, live=live, did="reactivated")


def typed_of(member: Member) -> dict[str, str]:
    """Return the values of the form's fields."""
    return {
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "limit": str(member.limit),
        "channel_slots": "" if member.channel_slots is None else str(member.channel_slots),
        "languages": ", ".join(member.languages),
        **ticks("queue", member.queues),
    }


def read_member(form: Form, was: Member, locale: str, *, role: bool) -> Member:
    """Read the member from the form; the role only if it may be changed."""
    chosen = form.ticked("queue")
    return replace(
        was,
        name=form.plain("name"),
        role=cast(MemberRole, form.typed.get("role", was.role)) if role else was.role,
        limit=form.whole("limit", otherwise=was.limit),
        channel_slots=form.whole("channel_slots", otherwise=0) if form.typed.get("channel_slots") else None,
        queues=_kept_order(was.queues, chosen),
        languages=form.languages("languages", locale),
    )


async def _has_factor(request: Request, me: SignedIn, member: Member) -> bool:
    """Whether the member has a second factor that the reader, an admin, could remove; False for other readers."""
    if not may(me.member, "administer"):
        return False
    return member.id in await second_factors.holders(services_of(request), me.member)


def _shown(member: Member) -> Member:
    """Return the member as the form shows them, without their own limit, which they may change at any time."""
    return replace(member, own_limit=0)


def _kept_order(was: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    return (*(queue for queue in was if queue in chosen), *(queue for queue in chosen if queue not in was))


def _form(
    request: Request,
    me: SignedIn,
    known: Directory,
    member: Member | None,
    typed: Mapping[str, str],
    *,
    wrong: Sequence[Problem] = (),
    target: str = "",
    undone: str = "",
    second_factor: bool = False,
) -> Response:
    context = {
        "member": member,
        "queues": by_name(known.queues.values()),
        "roles": ROLES,
        "limits": [str(limit) for limit in range(1, SLOTS + 1)],
        "seen": stamp(_shown(member)) if member else "",
        "second_factor": second_factor,
        "right": _right_limit(request, known, member),
    }
    return draw_form(request, me, "member", context, at=AT, typed=typed, wrong=wrong, target=target, undone=undone)


def _right_limit(request: Request, known: Directory, member: Member | None) -> RightLimit | None:
    """Return what the member's own figures say about their limit; None if there are none."""
    services = services_of(request)
    agent = services.picture.agents.get(member.id) if member else None
    return right_limit_of(agent, known, services.workspace.now()) if agent else None


def _member(known: Directory, request: Request) -> Member:
    id = request.path_params["member"]
    if id not in known.members:
        raise NotYours(NO_MEMBER)
    return known.members[id]


routes = [
    Route(AT, list_members, methods=["GET"]),
    Route(f"{AT}/new", show_new, methods=["GET"]),
    Route(f"{AT}/new", save_new, methods=["POST"]),
    Route("/settings/member/{member}", show_member, methods=["GET"]),
    Route("/settings/member/{member}", save_member, methods=["POST"]),
    Route("/settings/member/{member}/password", set_password, methods=["POST"]),
    Route("/settings/member/{member}/second-factor", reset_second_factor, methods=["POST"]),
    Route("/settings/member/{member}/disable", disable, methods=["POST"]),
    Route("/settings/member/{member}/enable", enable, methods=["POST"]),
]
