"""Chats that a program opens and writes in for a visitor: a gateway for mail or text messages, a form, a phone system.

The program names its visitors (`ref`: a number, an address, an id of its own). Name and token holder together identify
a visitor here: the same pair is the same visitor, and no program can act for another program's visitors.
"""

import hashlib
import hmac

from console.actions.visitor import VisitorActions
from console.domain.directory import Member
from console.domain.email_address import EMAIL
from console.domain.ids import ID_LENGTH
from console.domain.permissions import require
from console.errors import BadCommand, BadText, NotYours
from console.limits.budgets import GatewayBudgets
from console.protocol import LeaveMessage, Open, VisitorEnd, VisitorSay
from console.queue.results import Said
from console.services import Services

NO_SITE = "There is no such site."
NO_ADDRESS = "The team answers by mail: give the visitor's e-mail address in visitor.email."
NOT_THEIRS = "There is no such chat of that visitor."


def visitor_id(services: Services, by: Member, ref: str) -> str:
    """Return the id of the visitor whom `by` calls `ref`; neither can be guessed from the other."""
    secret = services.settings.secret.encode()
    made = hmac.new(secret, f"sestetto.visitor.of\0{by.id}\0{ref}".encode(), hashlib.sha256).hexdigest()
    return f"v{made[: ID_LENGTH - 1]}"


async def open_chat(
    services: Services, by: Member, command: Open, *, site: str, ref: str, channel: str, locale: str
) -> Said:
    """Open a chat with the visitor's first message; if they have an open chat, add the message there.

    Raises NobodyThere, LineFull, NoQueue, NotYours for an unknown site, Blocked.
    """
    return await _visitor(services, by, site, ref, channel, locale).open(command)


async def leave_message(
    services: Services, by: Member, command: LeaveMessage, *, site: str, ref: str, channel: str, locale: str
) -> Said:
    """Leave a message for the visitor, which starts no clock. Raises as `open_chat`, and BadText without an address."""
    if not EMAIL.fullmatch(command.email.strip()):
        raise BadText(NO_ADDRESS, at=["$.visitor.email"])
    return await _visitor(services, by, site, ref, channel, locale).leave_message(command)


async def say(services: Services, by: Member, command: VisitorSay, *, chat: str, ref: str) -> Said:
    """Write as the visitor; soon after the end this reopens the chat. NotYours for others' chats, as for none."""
    try:
        return await _in_chat(services, by, chat, ref).say(command)
    except NotYours:
        raise NotYours(NOT_THEIRS, at=["$.visitor"]) from None


async def end(services: Services, by: Member, command: VisitorEnd, *, chat: str, ref: str) -> Said:
    """End the chat as the visitor."""
    try:
        return await _in_chat(services, by, chat, ref).end(command)
    except NotYours:
        raise NotYours(NOT_THEIRS, at=["$.visitor"]) from None


def _in_chat(services: Services, by: Member, chat: str, ref: str) -> VisitorActions:
    """Use the chat's own site, as far as this process knows it. The store checks whose chat it is."""
    state = services.picture.chats.get(chat)
    sites = services.directory.sites
    site = state.site if state is not None and state.site in sites else next(iter(sites), "")
    visitor = _visitor(services, by, site, ref, state.channel if state is not None else "", "")
    if state is not None and state.visitor == visitor.visitor.id:
        visitor.profile.set_identity(state.name if not state.named else "", "", {})
    visitor.enter(chat)
    return visitor


def _visitor(services: Services, by: Member, site: str, ref: str, channel: str, locale: str) -> VisitorActions:
    require(by, "answer")
    if not ref.strip() or not ref.isprintable():
        raise BadCommand("Name the visitor: visitor.ref is your own name for them.", at=["$.visitor.ref"])
    if site not in services.directory.sites:
        raise NotYours(NO_SITE, at=["$.site"])
    visitor = VisitorActions(services, site, "", visitor_id(services, by, ref), channel=channel)
    visitor.budgets = GatewayBudgets(services.settings, "", site)
    visitor.connection = ""  # no tab, so nothing waits for one to reconnect
    if blocked := visitor.blocked():
        raise blocked
    if locale:
        visitor.profile.set_locale(locale)
    return visitor
