"""What admins may do with invitations."""

from typing import NamedTuple

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


NO_PASSWORDS = "Nobody signs in with a password here: people come in through a provider."
SUBJECT = _("%(name)s invites you to Sestetto")
TEXT = _(
    "%(name)s invites you to answer chats with them.\n\nChoose your name and password here, within seven days:"
    "\n%(link)s\n\nIf you do not know what this is about, do nothing: without you, nothing happens."
)


class InvitationLink(NamedTuple):
    """The link, which nobody can read again, and whether it was put into the post too."""

    address: str
    mailed: bool


async def invite(services: Services, by: Member, member: Member, origin: str) -> InvitationLink:
    """Invite somebody with this address, role, queues, limit and languages. Raises BadSettings."""
    require(by, "administer")
    if not (await services.stores.sign_in.read()).passwords:
        raise BadSettings([Problem("invitation", "", NO_PASSWORDS)])
    token = await services.stores.invitations.add(member, by=by)
    address = f"{origin}/sign-in/invitation/{token}"
    mailed = services.post.sends and is_address(member.email)
    if mailed:
        gettext, values = page_texts().get(by.locale).gettext, {"name": by.name, "link": address}
        expires = services.stores.invitations.clock() + INVITATION_LIFE
        subject, text = gettext(SUBJECT) % values, gettext(TEXT) % values
        await services.post.outbox.post(
            Letter(
                to=member.email,
                subject=subject,
                text=text,
                kind="invitation",
                locale=by.locale or "en",
                expires=expires,
            )
        )
    return InvitationLink(address, mailed)


async def read_pending(services: Services, by: Member) -> list[PendingInvitation]:
    require(by, "administer")
    return await services.stores.invitations.pending()


async def problems_of(services: Services, by: Member, member: Member) -> list[Problem]:
    """Return all that prevents inviting them, so that a form says it at once."""
    require(by, "administer")
    return await services.stores.invitations.problems_of(member)


async def revoke(services: Services, by: Member, id: str) -> None:
    """Make a link worthless. Raises NotYours if there is none."""
    require(by, "administer")
    await services.stores.invitations.revoke(id, by=by)
