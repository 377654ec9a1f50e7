"""Admins' actions on invitations."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from console.archive.directory_store import Step
from console.archive.invitations import INVITATION_LIFE, PendingInvitation
from console.domain.directory import Member
from console.domain.mail import Letter, is_address
from console.domain.permissions import require
from console.errors import BadSettings, Problem
from console.services import Services
from console.views.i18n import page_texts


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is sent."""
    return text


NO_PASSWORDS = "Password sign-in is off. People sign in through a provider."
SUBJECT = _("%(name)s invites you to Sestetto")
TEXT = _(
    "%(name)s invites you to answer chats with them.\n\nChoose your name and password here, within seven days:"
    "\n%(link)s\n\nIf you did not expect this, ignore this mail. Nothing happens until you use the link."
)


class InvitationLink(NamedTuple):
    """The link, which is shown only once, and whether it was also mailed."""

    address: str
    mailed: bool


async def invite(
    services: Services, by: Member, member: Member, origin: str, *, token: str = "", also: Step | None = None
) -> InvitationLink:
    """Invite somebody with this address, role, queues, limit and languages; `also` is done in the same transaction.

    Raises BadSettings.
    """
    require(by, "administer")
    if not (await services.stores.sign_in.read()).passwords:
        raise BadSettings([Problem("invitation", "", NO_PASSWORDS)])
    outbox, mailed = services.post.outbox, services.post.sends and is_address(member.email)

    async def within(connection: AsyncConnection, token: str) -> None:
        if mailed:
            await outbox.put(connection, _letter(services, by, member.email, link_to(origin, token)))
        if also is not None:
            await also(connection)

    token = await services.stores.invitations.add(member, by=by, token=token, within=within)
    outbox.wake()
    return InvitationLink(link_to(origin, token), mailed)


def link_to(origin: str, token: str) -> str:
    return f"{origin}/sign-in/invitation/{token}"


def _letter(services: Services, by: Member, to: str, link: str) -> Letter:
    gettext, values = page_texts().get(by.locale).gettext, {"name": by.name, "link": link}
    expires = services.stores.invitations.clock() + INVITATION_LIFE
    subject, text = gettext(SUBJECT) % values, gettext(TEXT) % values
    return Letter(to=to, subject=subject, text=text, kind="invitation", locale=by.locale or "en", expires=expires)


async def read_pending(services: Services, by: Member) -> list[PendingInvitation]:
    require(by, "administer")
    return await services.stores.invitations.pending()


async def problems_of(services: Services, by: Member, member: Member) -> list[Problem]:
    """Return every problem that prevents inviting them, so that a form shows them at once."""
    require(by, "administer")
    return await services.stores.invitations.problems_of(member)


async def revoke(services: Services, by: Member, id: str) -> None:
    """Invalidate a link. Raises NotYours if there is none."""
    require(by, "administer")
    await services.stores.invitations.revoke(id, by=by)
