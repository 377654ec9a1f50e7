"""Identity providers: their addresses, what their claims allow, and a test that says what is wrong."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.actions import identity_providers
from console.archive.credentials import SignedIn
from console.authentication import services_of
from console.domain.identity_providers import MOST_MAPPED, Provider
from console.domain.ids import new_id
from console.domain.validation.members import ROLES
from console.errors import BadSettings, Problem
from console.identity.flow import ProviderFinding
from console.pages.guard import go, read_form
from console.pages.provider_sign_in import callback_of
from console.pages.settings.common import by_name, draw_form, for_admins, known_to, overtaken
from console.pages.settings.form import Form, stamp, ticks

AT = "/settings/sign-in"
NEW = Provider("", "", "", "", create=True, default_role="agent")
FLAGS = ("on", "create", "link", "second_factor")


@for_admins
async def show_new(request: Request, me: SignedIn) -> Response:
    return await _form(request, me, replace(NEW, id=new_id()), typed_of(NEW), new=True)


@for_admins
async def show(request: Request, me: SignedIn) -> Response:
    provider = await _provider(request, me)
    return await _form(request, me, provider, typed_of(provider), saved=request.query_params.get("saved", ""))


@for_admins
async def save_new(request: Request, me: SignedIn) -> Response:
    typed = await read_form(request, me.csrf, large=True)
    known = {one.id for one in await identity_providers.read_all(services_of(request), me.member)}
    # The page shows the address to register, which contains the id, before the provider is saved.
    id = typed.get("id", "")
    provider = replace(NEW, id=id if id.isascii() and id.isalnum() and len(id) == 16 and id not in known else new_id())
    return await _save(request, me, provider, Form(typed, f"provider:{provider.id}"), new=True)


@for_admins
async def save(request: Request, me: SignedIn) -> Response:
    provider = await _provider(request, me)
    form = Form(await read_form(request, me.csrf, large=True), f"provider:{provider.id}")
    overtaken(form, provider)
    return await _save(request, me, provider, form)


async def _save(request: Request, me: SignedIn, provider: Provider, form: Form, *, new: bool = False) -> Response:
    wanted = read_provider(form, provider)
    services = services_of(request)
    rest: Sequence[Problem] = ()
    if form.wrong:
        rest = await identity_providers.problems_of(services, me.member, wanted)
    else:
        try:
            await identity_providers.save(services, me.member, wanted)
            return go(f"/settings/provider/{wanted.id}?saved=1")
        except BadSettings as refused:
            rest = refused.wrong
    return await _form(request, me, provider, form.typed, new=new, wrong=[*form.wrong, *rest])


@for_admins
async def test(request: Request, me: SignedIn) -> Response:
    """Show the test's findings."""
    await read_form(request, me.csrf)
    provider = await _provider(request, me)
    redirect = callback_of(request, provider)
    found = await identity_providers.test(services_of(request), me.member, provider.id, redirect=redirect)
    return await _form(request, me, provider, typed_of(provider), found=found)


@for_admins
async def remove(request: Request, me: SignedIn) -> Response:
    await read_form(request, me.csrf)
    await identity_providers.remove(services_of(request), me.member, request.path_params["provider"])
    return go(f"{AT}?saved=removed")


def typed_of(provider: Provider) -> dict[str, str]:
    """Return the values of the form's fields; the secret is never among them."""
    return {
        **{name: getattr(provider, name) for name in ("name", "issuer", "client_id", "scopes")},
        **{name: "on" for name in FLAGS if getattr(provider, name)},
        **{name: getattr(provider, name) for name in ("role_claim", "default_role", "queue_claim")},
        **{name: "\n".join(f"{value} = {of}" for value, of in getattr(provider, name).items()) for name in _MAPPED},
        **ticks("queue", provider.default_queues),
    }


_MAPPED = ("roles", "queues")


def read_provider(form: Form, was: Provider) -> Provider:
    """Read the provider from the form. An empty secret keeps the current one."""
    return replace(
        was,
        **{name: form.plain(name) for name in ("name", "issuer", "client_id", "scopes", "role_claim", "queue_claim")},
        **{name: form.flag(name) for name in FLAGS},
        client_secret=form.typed.get("client_secret", "").strip() or was.client_secret,
        default_role=form.typed.get("default_role", ""),
        roles=_mapping(form, "roles"),
        queues=_mapping(form, "queues"),
        default_queues=form.ticked("queue"),
    )


def _mapping(form: Form, field: str) -> dict[str, str]:
    """Read lines such as `support-leads = supervisor`; the last equals sign counts."""
    found: dict[str, str] = {}
    for line in form.lines(field)[:MOST_MAPPED]:
        value, equals, of = (part.strip() for part in line.rpartition("="))
        if not (value and equals and of):
            form.say(
                field, "“%(line)s”: enter a value of the claim, =, and the role or queue it gives.", line=line[:60]
            )
            continue
        found[value] = of
    return found


async def _provider(request: Request, me: SignedIn) -> Provider:
    return await identity_providers.read(services_of(request), me.member, request.path_params["provider"])


async def _form(
    request: Request,
    me: SignedIn,
    provider: Provider,
    typed: Mapping[str, str],
    *,
    new: bool = False,
    saved: str = "",
    found: Sequence[ProviderFinding] = (),
    wrong: Sequence[Problem] = (),
) -> Response:
    known = await known_to(request)
    context = {
        "provider": provider,
        "new": new,
        "callback": callback_of(request, provider),
        "queues": by_name(known.queues.values()),
        "roles": ROLES,
        "found": found,
        "saved": saved,
        "seen": "" if new else stamp(provider),
    }
    target = f"provider:{provider.id}"
    return draw_form(request, me, "provider", context, at=AT, typed=typed, wrong=wrong, target=target)


routes = [
    Route(f"{AT}/providers/new", show_new, methods=["GET"]),
    Route(f"{AT}/providers/new", save_new, methods=["POST"]),
    Route("/settings/provider/{provider}", show, methods=["GET"]),
    Route("/settings/provider/{provider}", save, methods=["POST"]),
    Route("/settings/provider/{provider}/test", test, methods=["POST"]),
    Route("/settings/provider/{provider}/remove", remove, methods=["POST"]),
]
