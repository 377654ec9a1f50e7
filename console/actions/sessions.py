"""Signing out."""

from console.archive.credentials import SignedIn
from console.domain.permissions import require
from console.errors import NotAllowed
from console.services import Services


async def sign_out(services: Services, by: SignedIn) -> None:
    """End the session. Live state first, so that its sockets close even if SQL is down."""
    require(by.member, "answer")
    if not by.csrf:
        raise NotAllowed("A token does not sign out. Revoke it instead.")
    await services.workspace.revoke(by.member.id, by.session)
    await services.stores.sessions.sign_out(by.session)
    await services.workspace.revoke(by.member.id, by.session)  # again, for a socket that came back in between
