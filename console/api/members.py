"""Members: who they are, and their status."""

import hashlib

import msgspec
from msgspec.structs import replace

from console.actions import members
from console.actions.agent import AgentActions
from console.actions.supervisor import SupervisorActions
from console.api.endpoint import ApiCall
from console.domain.directory import Member
from console.domain.ids import ID_LENGTH
from console.errors import NotThere
from console.projection.models import AgentState
from console.protocol import SetStatus
from console.protocol.api import ApiMember, MemberChange, MemberList, NewMember, StatusChange
from console.protocol.supervisor import SetAgentStatus


async def list_members(call: ApiCall) -> MemberList:
    """List all active members, by name."""
    found = (await members.read_all(call.services, call.principal.by)).values()
    return MemberList([_api_member(call, one) for one in sorted(found, key=lambda one: (one.name.casefold(), one.id))])


async def read_member(call: ApiCall) -> ApiMember:
    """Read a member. Members may read themselves."""
    return _api_member(call, await members.read(call.services, call.principal.by, call.path["member"]))


async def add_member(call: ApiCall, body: NewMember) -> ApiMember:
    """Add a member. An admin sets their password in the console."""
    services, by = call.services, call.principal.by
    made = hashlib.blake2b(f"{by.id} {call.cid}".encode(), digest_size=8).hexdigest()
    id = f"m{made[: ID_LENGTH - 1]}"
    member = Member(
        id,
        body.name,
        body.email,
        body.role,
        tuple(body.queues),
        body.limit,
        languages=tuple(body.languages),
        channel_slots=body.channel_slots,
    )
    known = (await members.read_all(services, by)).get(id)
    if known is not None and known.email == body.email.strip().casefold():  # a repeated request
        return _api_member(call, known)
    added, _ = await members.add(services, by, member, "")
    return _api_member(call, added)


async def change_member(call: ApiCall, body: MemberChange) -> ApiMember:
    """Change a member. Only admins change roles, and nobody their own."""
    services, by = call.services, call.principal.by
    was = await members.read(services, by, call.path["member"])
    seen = was if call.require_match(_api_member(call, was)) else None
    changed = replace(
        was,
        name=was.name if body.name is None else body.name,
        role=was.role if body.role is None else body.role,
        queues=was.queues if body.queues is None else tuple(body.queues),
        languages=was.languages if body.languages is None else tuple(body.languages),
        limit=was.limit if body.limit is None else body.limit,
        channel_slots=was.channel_slots if body.channel_slots is msgspec.UNSET else body.channel_slots,
    )
    await members.update(services, by, changed, seen=seen)
    return _api_member(call, await members.read(services, by, was.id))


async def set_status(call: ApiCall, body: StatusChange) -> None:
    """Set a member's status: your own, or anybody's as a supervisor."""
    services, by, member = call.services, call.principal.by, call.path["member"]
    if member != by.id:
        command = SetAgentStatus(call.cid, member, body.status, body.reason)
        await SupervisorActions(services, by).set_status(command)
        return
    known = services.picture.agents.get(member)
    if known is None or not known.fence:
        raise NotThere("Open your console first. Without one, you have no status to set.")
    await AgentActions(services, by, lambda: known.fence).set_status(SetStatus(call.cid, body.status, body.reason))


async def deactivate(call: ApiCall) -> None:
    """Deactivate a member: their sessions and tokens end at once, and their chats go to others."""
    await members.deactivate(call.services, call.principal.by, call.path["member"])


async def reactivate(call: ApiCall) -> ApiMember:
    """Reactivate a member, with the same password."""
    services, by, member = call.services, call.principal.by, call.path["member"]
    await members.reactivate(services, by, member)
    return _api_member(call, await members.read(services, by, member))


def _api_member(call: ApiCall, member: Member) -> ApiMember:
    live = call.services.picture.agents.get(member.id) or AgentState(member.id, member.name)
    return ApiMember(
        id=member.id,
        name=member.name,
        email=member.email,
        role=member.role,
        queues=list(member.queues),
        languages=list(member.languages),
        limit=member.limit,
        own_limit=member.own_limit,
        channel_slots=member.channel_slots,
        status=live.status,
        reason=live.reason,
        connected=live.connected,
        chats=[live.held[slot] for slot in sorted(live.held)],
    )
