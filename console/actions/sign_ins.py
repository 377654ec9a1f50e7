"""Signing in step by step: the password, the second factor's code or its set-up, then the session."""

from typing import NamedTuple

from console.archive.credentials import fold_email
from console.archive.login_throttle import Attempt
from console.archive.sessions import Origin
from console.archive.sign_in_steps import Kind, SignInStep
from console.domain.directory import Member
from console.domain.identity_providers import Provider
from console.domain.mail import Letter, is_address
from console.errors import BadSettings
from console.security import log as security_log
from console.security.second_factors import covers, new_secret
from console.services import Services
from console.views.i18n import page_texts


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is sent."""
    return text


RESET_LIFE = 60 * 60_000  # ms
RESET_SUBJECT = _("A new password for Sestetto")
RESET_TEXT = _(
    "Someone, hopefully you, asked for a new password for your account. Choose it here, within an hour:\n%(link)s"
    "\n\nIf this was not you, ignore this mail. Your password stays the same."
)


class Admission(NamedTuple):
    """A session's cookie; or the token of the step that must come first, and its kind."""

    cookie: str = ""
    step: str = ""
    owes: Kind | None = None


async def with_password(services: Services, email: str, password: str, origin: Origin, *, device: str) -> Admission:
    """Sign in. Raises SignInNeeded and SlowDown like `SessionStore.prove`. `device` recently used this account."""
    proven = await services.stores.sessions.prove(email, password, address=origin.address, device=device)
    if proven.owes:
        return await _owed(services, proven.member.id, proven.owes, known=proven.known)
    return Admission(await services.stores.sessions.start(proven.member.id, origin, known=proven.known))


async def with_invitation(services: Services, token: str, name: str, password: str, origin: Origin) -> Admission:
    """Accept an invitation. Raises NotYours if it is no longer valid, and BadSettings for name or password."""
    member = await services.stores.invitations.accept(token, name, password)
    await services.go_live(await services.stores.directory.read())
    rules = await services.stores.sign_in.read()
    if covers(rules.second_factor, member.role):
        return await _owed(services, member.id, "set-up")
    return Admission(await services.stores.sessions.start(member.id, origin))


async def with_reset(services: Services, token: str, password: str) -> None:
    """Set a new password through the link in a mail; all of the member's sessions and tokens end.

    Raises SignInNeeded if the link is no longer valid, and BadSettings for the password.
    """
    stores = services.stores
    member = (await stores.sign_in_steps.read(token, "reset")).member
    if wrong := await stores.passwords.problems_of(member, password):
        raise BadSettings(wrong)
    async with stores.database.writing() as connection:
        await stores.sign_in_steps.take(connection, token)
    await services.workspace.revoke(member.id, "")
    await stores.passwords.reset(member.id, password, by=member)
    security_log.password_changed(member.id, member.id)
    await services.workspace.revoke(member.id, "")


def mails_resets(services: Services) -> bool:
    """Whether forgotten passwords are reset by mail: with a mail server and with our own address in the settings.

    Without that address, the link would lead to the host named by the request, and anybody may request it for anybody.
    """
    return services.post.sends and bool(services.settings.origin)


async def ask_for_reset(services: Services, email: str, locale: str) -> None:
    """Send a link to the member who has this address and signs in with a password; otherwise do nothing."""
    member = await services.stores.sessions.resettable(fold_email(email))
    if member is None or not mails_resets(services) or not is_address(member.email):
        return
    token = await services.stores.sign_in_steps.add(member.id, "reset", life=RESET_LIFE)
    gettext, link = page_texts().get(locale).gettext, f"{services.settings.origin}/sign-in/reset/{token}"
    subject, text = gettext(RESET_SUBJECT), gettext(RESET_TEXT) % {"link": link}
    expires = services.stores.sign_in_steps.clock() + RESET_LIFE
    letter = Letter(to=member.email, subject=subject, text=text, kind="reset", locale=locale, expires=expires)
    await services.post.outbox.post(letter)


async def start_with_provider(services: Services, member: Member, provider: Provider, origin: Origin) -> Admission:
    """Sign in a member whom a provider vouches for; asks for their second factor if the provider is configured so."""
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
    """Check the second factor's code, or a recovery code. Return the member's address and the session's cookie.

    Raises SignInNeeded if the code is wrong or the step is over, SlowDown after too many attempts.
    """
    step = await services.stores.sign_in_steps.read(token, "code")
    at_home = step.known == "address"
    attempt = Attempt(f"second factor {step.member.id}", origin.address, device, at_home=at_home)
    await services.stores.second_factors.check(step, code, attempt)
    return step.member.email, await _start(services, step, origin)


async def with_set_up(services: Services, token: str, code: str, origin: Origin) -> tuple[str, tuple[str, ...]]:
    """Set up the required second factor. Return the session's cookie and the recovery codes.

    Raises BadSettings for a wrong code, SignInNeeded if the step is over.
    """
    step = await services.stores.sign_in_steps.read(token, "set-up")
    codes = await services.stores.second_factors.confirm(step, code)
    return await _start(services, step, origin), codes


async def _start(services: Services, step: SignInStep, origin: Origin) -> str:
    started = services.stores.sessions.start
    return await started(step.member.id, origin, known=step.known, provider=step.provider)
