"""What may be done with passwords."""

from console.archive.credentials import SignedIn
from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services


async def reset(services: Services, by: Member, member: str, password: str) -> None:
    """A forgotten password: another one, and everything the member held ends."""
    require(by, "administer")
    await services.stores.passwords.reset(member, password, by=by)
    await services.workspace.revoke(member, "")


async def change_own(services: Services, by: SignedIn, current: str, new: str, *, address: str) -> None:
    """Whoever else is signed in with the old one is out."""
    require(by.member, "answer")
    for session in await services.stores.passwords.change(by, current, new, address=address):
        await services.workspace.revoke(by.member.id, session)
