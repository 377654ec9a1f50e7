"""Queues, sites and canned replies: read, replace as a whole, and remove."""

import msgspec
from msgspec.structs import replace

from console.actions import canned_replies, queues, sites
from console.api.endpoint import ApiCall
from console.domain.directory import Canned, Queue, Site
from console.errors import BadCommand, NotYours
from console.protocol.api import (
    ApiQueue,
    ApiSite,
    CannedReply,
    CannedReplyBody,
    CannedReplyList,
    QueueBody,
    QueueList,
    SiteBody,
    SiteList,
)
from console.views.records import queue_of, reply_of, serving, site_of

CONSOLE_ONLY = [name for name in Site.__struct_fields__ if name not in ("key", *SiteBody.__struct_fields__)]
NO_QUEUE = "There is no such queue."
NO_SITE = "There is no such site."
MEMBERS_OWN = "Only a member's token can save a personal reply. Use the scope shared or queue."


async def list_queues(call: ApiCall) -> QueueList:
    """List all queues, by name."""
    known = await queues.read_all(call.services, call.principal.by)
    found = sorted(known.queues.values(), key=lambda one: (one.name.casefold(), one.id))
    return QueueList([queue_of(known, one) for one in found])


async def read_queue(call: ApiCall) -> ApiQueue:
    """Read a queue."""
    known = await queues.read_all(call.services, call.principal.by)
    found = known.queues.get(call.path["queue"])
    if found is None:
        raise NotYours(NO_QUEUE)
    return queue_of(known, found)


async def put_queue(call: ApiCall, body: QueueBody) -> ApiQueue:
    """Add a queue, or replace its settings; fields that are left out get their defaults."""
    services, by, id = call.services, call.principal.by, call.path["queue"]
    known = await queues.read_all(services, by)
    was = known.queues.get(id)
    seen = was if call.require_match(queue_of(known, was) if was else None) else None
    values = msgspec.to_builtins(body)
    members = values.pop("members", None)
    served = serving(known, id) if members is None else members
    await queues.save(services, by, msgspec.convert({**values, "id": id}, Queue), served, seen=seen)
    now = await queues.read_all(services, by)
    return queue_of(now, now.queues[id])


async def remove_queue(call: ApiCall) -> None:
    """Remove a queue. Refused while it has chats, or while a site or another queue refers to it."""
    await queues.remove(call.services, call.principal.by, call.path["queue"])


async def list_sites(call: ApiCall) -> SiteList:
    """List all sites, by name."""
    found = (await sites.read_all(call.services, call.principal.by)).values()
    return SiteList([site_of(one) for one in sorted(found, key=lambda one: (one.name.casefold(), one.key))])


async def read_site(call: ApiCall) -> ApiSite:
    """Read a site."""
    found = (await sites.read_all(call.services, call.principal.by)).get(call.path["site"])
    if found is None:
        raise NotYours(NO_SITE)
    return site_of(found)


async def put_site(call: ApiCall, body: SiteBody) -> ApiSite:
    """Add a site, or replace its settings; fields that are left out get their defaults."""
    services, by, key = call.services, call.principal.by, call.path["site"]
    was = (await sites.read_all(services, by)).get(key)
    call.require_match(site_of(was) if was else None)
    made = msgspec.convert({**msgspec.to_builtins(body), "key": key}, Site)
    if was is not None:
        made = replace(made, **{name: getattr(was, name) for name in CONSOLE_ONLY})
    # Start from the stored site; otherwise settings that only the console has would be reset.
    await sites.save(services, by, made, seen=was)
    return site_of((await sites.read_all(services, by))[key])


async def remove_site(call: ApiCall) -> None:
    """Remove a site: its widget opens no more chats, and open chats continue."""
    await sites.remove(call.services, call.principal.by, call.path["site"])


async def list_canned_replies(call: ApiCall) -> CannedReplyList:
    """List canned replies."""
    found = await canned_replies.read_all(call.services, call.principal.by)
    return CannedReplyList([reply_of(one) for one in found])


async def read_canned_reply(call: ApiCall) -> CannedReply:
    """Read a canned reply that you may change."""
    return reply_of(await canned_replies.read(call.services, call.principal.by, call.path["reply"]))


async def put_canned_reply(call: ApiCall, body: CannedReplyBody) -> CannedReply:
    """Add or replace a canned reply. Shared replies and those of queues need a supervisor's rights."""
    services, by, id = call.services, call.principal.by, call.path["reply"]
    if body.scope == "member" and call.principal.is_integration:
        raise BadCommand(MEMBERS_OWN, at=["$.scope"])
    was = await canned_replies.find(services, by, id)
    seen = was if call.require_match(reply_of(was) if was else None) else None
    owner = by.id if body.scope == "member" else body.owner
    reply = Canned(id, body.title, body.text, body.scope, owner, body.snippet)
    await canned_replies.add(services, by, reply, seen=seen)
    return reply_of(reply)


async def remove_canned_reply(call: ApiCall) -> None:
    """Remove a canned reply."""
    await canned_replies.remove(call.services, call.principal.by, call.path["reply"])
