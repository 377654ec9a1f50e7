"""Actions on passwords."""

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from console.domain.permissions import require
from console.security import log as security_log
from console.services import Services


async def reset(services: Services, by: Member, member: str, password: str) -> None:
    """Reset a forgotten password; all of the member's sessions and tokens end."""
    require(by, "administer")
    await services.stores.passwords.reset(member, password, by=by)
    security_log.password_changed(member, by.id)
    await services.workspace.revoke(member, "")


async def change_own(services: Services, by: SignedIn, current: str, new: str, *, address: str) -> None:
    """Change one's own password; one's other sessions end."""
    require(by.member, "answer")
    for session in await services.stores.passwords.change(by, current, new, address=address):
        await services.workspace.revoke(by.member.id, session)
