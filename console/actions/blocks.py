"""Blocks abusive visitors, or their address, for a while, and unblocks them."""

from console.domain.blocks import DAY, LONGEST_NOTE, Block, Kind, is_address, key_of
from console.domain.directory import Member
from console.domain.permissions import may, require
from console.domain.sanitize import clean
from console.errors import BadSettings, NotYours, Problem
from console.projection.picture import chat_state
from console.queue.results import Gone
from console.security import address_group
from console.services import Services

NO_ADDRESS = "Enter an IP address, such as 203.0.113.7."
NO_VISITOR = "Enter the visitor's ID, as the audit log and the chat's address show it."
NO_ADDRESS_KNOWN = "The visitor's address is no longer known. Block the visitor instead."


async def block_visitor(services: Services, by: Member, chat: str, kind: Kind, *, days: int, note: str = "") -> Block:
    """Block the visitor of one's own chat, or their address. Raises NotYours for other chats, as for no chat."""
    require(by, "answer")
    try:
        live, _ = await services.workspace.read_chat(chat)
    except Gone:
        raise NotYours from None
    line = chat_state(live.id, live.fields)
    if line.agent != by.id and not may(by, "supervise"):
        raise NotYours
    who = line.visitor if kind == "visitor" else live.fields.get("address", "")
    if not who:
        raise BadSettings([Problem("blocked", "kind", NO_ADDRESS_KNOWN)])
    return await _put(services, by, kind, who, days, note=note, name=line.name)


async def block(services: Services, by: Member, kind: Kind, who: str, *, days: int, note: str = "") -> Block:
    """Block anybody, by id or address."""
    require(by, "configure")
    who = who.strip()
    if kind == "address" and not is_address(who):
        raise BadSettings([Problem("blocked", "who", NO_ADDRESS)])
    if kind == "visitor" and not (who and who.isascii() and who.isalnum() and len(who) <= 64):
        raise BadSettings([Problem("blocked", "who", NO_VISITOR)])
    group = address_group(who.partition("/")[0]) if kind == "address" else who
    return await _put(services, by, kind, group, days, note=note)


async def lift(services: Services, by: Member, kind: Kind, who: str) -> bool:
    """Unblock; return whether the change is live already. Raises NotYours if there is no block."""
    require(by, "configure")
    return await services.go_live(await services.stores.blocks.lift(key_of(kind, who), by=by))


async def _put(services: Services, by: Member, kind: Kind, who: str, days: int, *, note: str, name: str = "") -> Block:
    now = services.workspace.now()
    note = clean(note.strip()[:LONGEST_NOTE], limit=LONGEST_NOTE, lines=False, optional=True)
    made = Block(kind, who, now + days * DAY, name=name, note=note, by=by.name, since=now)
    await services.go_live(await services.stores.blocks.put(made, by=by))
    return made
