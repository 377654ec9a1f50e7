"""Signing out."""

from console.archive.credentials import SignedIn
from console.archive.sessions import NO_SESSION, SessionLine
from console.domain.permissions import require
from console.errors import NotAllowed, NotYours
from console.security import log as security_log
from console.services import Services


async def sign_out(services: Services, by: SignedIn) -> None:
    """End the session. Live state first, so that its sockets close even if SQL is down."""
    require(by.member, "answer")
    if not by.csrf:
        raise NotAllowed("A token cannot sign out. Revoke it instead.")
    await services.workspace.revoke(by.member.id, by.session)
    await services.stores.sessions.sign_out(by.session)
    await services.workspace.revoke(by.member.id, by.session)  # again, for a socket that reconnected in between
    security_log.signed_out(by.member.id, by.session)


async def read_own(services: Services, by: SignedIn) -> list[SessionLine]:
    """Return where one is signed in."""
    require(by.member, "answer")
    return await services.stores.sessions.of_member(by.member.id)


async def end_own(services: Services, by: SignedIn, session: str) -> None:
    """End one of one's own sessions; live connections first."""
    require(by.member, "answer")
    if session not in {one.id for one in await read_own(services, by)}:
        raise NotYours(NO_SESSION)
    await services.workspace.revoke(by.member.id, session)
    await services.stores.sessions.end(by, session)
    await services.workspace.revoke(by.member.id, session)


async def end_others(services: Services, by: SignedIn) -> None:
    """End all of one's own sessions but this one."""
    require(by.member, "answer")
    for session in await services.stores.sessions.end_others(by):
        await services.workspace.revoke(by.member.id, session)
