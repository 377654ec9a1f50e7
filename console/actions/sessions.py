"""How a session ends."""

from console.archive.credentials import SignedIn
from console.domain.permissions import require
from console.errors import NotAllowed
from console.services import Services


async def sign_out(services: Services, by: SignedIn) -> None:
    """Live state first: the sockets fall silent even if SQL is away."""
    require(by.member, "answer")
    if not by.csrf:
        raise NotAllowed("A token does not sign out. Revoke it instead.")
    await services.workspace.revoke(by.member.id, by.session)
    await services.stores.sessions.sign_out(by.session)
    await services.workspace.revoke(by.member.id, by.session)  # and whoever came back in between
