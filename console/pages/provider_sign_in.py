"""Signing in through an identity provider: the redirect there, and the return with a code.

Both are GET, as OpenID Connect requires. Leaving changes nothing here. A signed cookie in this browser, valid once,
identifies the answer.
"""

import re

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.actions import provider_sign_ins
from console.authentication import is_secure, our_origin, services_of
from console.domain.identity_providers import Provider
from console.errors import NotYours, SestettoError
from console.identity.flow import FLOW_LIFE, Flow, new_flow
from console.identity.trouble import FlowOver, ProviderTrouble
from console.pages.guard import SIGN_IN, go
from console.pages.sign_in import form
from console.pages.sign_in_forms import onwards, origin_of
from console.security import local_path
from console.security.cookies import LOCKED, delete_cookie, read_cookie, set_cookie

WITH = f"{SIGN_IN}/with"
FLOW_COOKIE = "sestetto_flow_"  # and the beginning of the state: each tab has its own
NAMED = 8  # characters of the state in the cookie's name
UNNAMEABLE = re.compile(r"[^A-Za-z0-9_-]")  # never in our own states; a cookie's name cannot contain everything
MOST_FLOWS = 4  # of one browser; the oldest are dropped
CANCELLED = "Sign-in was cancelled at the provider. Start again or choose another way."

log = structlog.get_logger()


async def leave(request: Request) -> Response:
    """Redirect to the provider."""
    onward = local_path(request.query_params.get("next", ""))
    try:
        provider = await _provider(request)
        flow = new_flow(provider, onward)
        services = services_of(request)
        address = await services.openid.client.address_for(provider, flow, callback_of(request, provider))
    except SestettoError as error:
        return await _back_at_the_form(request, onward, error)
    response = RedirectResponse(address, status_code=303, headers={"cache-control": "no-store"})
    for name in _flows_of(request)[: 1 - MOST_FLOWS]:
        delete_cookie(response, name, secure=is_secure(request), path=SIGN_IN)
    cookie, name = services.flow_cookies.sign(flow), FLOW_COOKIE + flow.state[:NAMED]
    set_cookie(response, name, cookie, secure=is_secure(request), life=FLOW_LIFE, path=SIGN_IN)
    return response


async def come_back(request: Request) -> Response:
    """Take the provider's answer, and start the session of the member it vouches for."""
    services, answer = services_of(request), {**request.query_params}
    name = FLOW_COOKIE + UNNAMEABLE.sub("", answer.get("state", "")[:NAMED])
    flow = services.flow_cookies.read(read_cookie(request, name, secure=is_secure(request)))
    onward = local_path(flow.onward if flow else "")
    try:
        provider = await _provider(request)
        flow = await _once(request, flow, answer)
        if answer.get("error"):
            raise _declined(answer["error"])
        person = await services.openid.client.person(provider, flow, answer, callback_of(request, provider))
        admission = await provider_sign_ins.enter(services, provider, person, origin_of(request))
        response = await onwards(request, admission, "", onward)
    except SestettoError as error:
        response = await _back_at_the_form(request, onward, error)
    delete_cookie(response, name, secure=is_secure(request), path=SIGN_IN)
    return response


async def sign_out_there(request: Request) -> Response:
    """Redirect to the provider's page that ends the session there, too."""
    try:
        provider = await _provider(request)
    except SestettoError as error:
        return await _back_at_the_form(request, local_path(""), error)
    address = services_of(request).openid.client.sign_out_address(provider, our_origin(request) + SIGN_IN)
    return go(address or SIGN_IN)


def callback_of(request: Request, provider: Provider) -> str:
    """Return the address that the provider sends browsers back to; admins register it there."""
    return f"{our_origin(request)}{WITH}/{provider.id}/callback"


async def _provider(request: Request) -> Provider:
    provider = await services_of(request).stores.providers.read(request.path_params["provider"])
    if not provider.on:
        raise NotYours("Page not found.")
    return provider


async def _once(request: Request, flow: Flow | None, answer: dict[str, str]) -> Flow:
    """Return the sign-in that this answer completes. Raises FlowOver if it belongs to none, or to one that was
    completed.
    """
    if flow is None or flow.state != answer.get("state") or flow.provider != request.path_params["provider"]:
        raise FlowOver
    if not await services_of(request).stores.providers.use_state(flow.state):
        raise FlowOver
    return flow


def _declined(code: str) -> SestettoError:
    return FlowOver(CANCELLED) if code == "access_denied" else ProviderTrouble(f"The provider answered {code[:100]}.")


def _flows_of(request: Request) -> list[str]:
    """Return the cookie names of this browser's sign-ins in progress."""
    names = (name.removeprefix(LOCKED) for name in request.cookies)
    return [name for name in names if name.startswith(FLOW_COOKIE)]


async def _back_at_the_form(request: Request, onward: str, error: SestettoError) -> Response:
    if isinstance(error, ProviderTrouble):
        log.warning("sign_in.provider_trouble", provider=request.path_params["provider"][:64], why=error.why)
    return await form(request, onward=onward, error=error)


routes = [
    Route(WITH + "/{provider}", leave, methods=["GET"]),
    Route(WITH + "/{provider}/callback", come_back, methods=["GET"]),
    Route(WITH + "/{provider}/sign-out", sign_out_there, methods=["GET"]),
]
