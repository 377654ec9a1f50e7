"""Signing in, step by step: the password, the second factor's code or setting one up, then the session."""

from typing import NamedTuple

from console.archive.login_throttle import Attempt
from console.archive.sessions import Origin
from console.archive.sign_in_steps import Kind, SignInStep
from console.domain.directory import Member
from console.domain.identity_providers import Provider
from console.security.second_factors import covers, new_secret
from console.services import Services


class Admission(NamedTuple):
    """A session's cookie; or the token of the step that is owed first, and its kind."""

    cookie: str = ""
    step: str = ""
    owes: Kind | None = None


async def with_password(services: Services, email: str, password: str, origin: Origin, *, device: str) -> Admission:
    """Raises SignInNeeded and SlowDown as `SessionStore.prove` does. `device` has signed in to this account lately."""
    proven = await services.stores.sessions.prove(email, password, address=origin.address, device=device)
    if proven.owes:
        return await _owed(services, proven.member.id, proven.owes, known=proven.known)
    return Admission(await services.stores.sessions.start(proven.member.id, origin, known=proven.known))


async def start_with_provider(services: Services, member: Member, provider: Provider, origin: Origin) -> Admission:
    """A provider vouches for the member; their own second factor is asked for where the provider is set so."""
    owned = await services.stores.second_factors.of_member(member.id) if provider.second_factor else None
    if owned is not None:
        return await _owed(services, member.id, "code", provider=provider.id)
    rules = await services.stores.sign_in.read()
    if provider.second_factor and covers(rules.second_factor, member.role):
        return await _owed(services, member.id, "set-up", provider=provider.id)
    return Admission(await services.stores.sessions.start(member.id, origin, provider=provider.id))


async def _owed(services: Services, member: str, owes: Kind, *, known: str = "", provider: str = "") -> Admission:
    secret = new_secret() if owes == "set-up" else ""
    steps = services.stores.sign_in_steps
    return Admission("", await steps.add(member, owes, secret=secret, known=known, provider=provider), owes)


async def with_code(services: Services, token: str, code: str, origin: Origin, *, device: str) -> tuple[str, str]:
    """Give the second factor's code, or a recovery code. Return the member's address and the session's cookie.

    Raises SignInNeeded if the code is wrong or the step is over, SlowDown after too many attempts.
    """
    step = await services.stores.sign_in_steps.read(token, "code")
    at_home = step.known == "address"
    attempt = Attempt(f"second factor {step.member.id}", origin.address, device, at_home=at_home)
    await services.stores.second_factors.check(step, code, attempt)
    return step.member.email, await _start(services, step, origin)


async def with_set_up(services: Services, token: str, code: str, origin: Origin) -> tuple[str, tuple[str, ...]]:
    """Set up the second factor that is needed. Return the session's cookie and the recovery codes.

    Raises BadSettings for a wrong code, SignInNeeded if the step is over.
    """
    step = await services.stores.sign_in_steps.read(token, "set-up")
    codes = await services.stores.second_factors.confirm(step, code)
    return await _start(services, step, origin), codes


async def _start(services: Services, step: SignInStep, origin: Origin) -> str:
    started = services.stores.sessions.start
    return await started(step.member.id, origin, known=step.known, provider=step.provider)
