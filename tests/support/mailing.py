"""Left messages and their mails without background work, which is done immediately instead."""

from typing import Any

from console.domain.ids import new_cid, new_id
from console.events import Entry, Visitor, decode_fact
from console.protocol import Page
from console.queue.payloads import VisitorProfile
from console.services import Services


async def leave_message(services: Services, text: str, *, name: str = "Vera Rossi", **more: Any) -> str:
    """Let Vera leave a message while nobody is online; return the id of its chat."""
    chat = new_id()
    profile = VisitorProfile.of(Visitor("vera", name, more.pop("email", "vera@example.com")), Page(), **more)
    await services.workspace.leave_message(
        chat, queue="support", site="demo", channel="web", cid=new_cid(), profile=profile, text=text
    )
    await archive(services)
    return chat


async def archive(services: Services) -> None:
    """Archive all of the feed again, as the archive's reader does."""
    workspace = services.workspace
    found = await workspace.store.command("XRANGE", workspace.keys.feed, "-", "+")
    entries = [
        Entry(name.decode(), int(name.split(b"-")[1]), decode_fact(values[1]), values[1]) for name, values in found
    ]
    await services.archive.append(workspace.epoch, entries)


async def send_mails(services: Services) -> None:
    """Send everything in the outbox."""
    post = services.post
    assert post.server is not None
    while claimed := (await post.outbox.claim("test", 9))[0]:
        for mail in claimed:
            written = await post.write(mail)
            assert written is not None
            await post.outbox.record(mail, await post.server.deliver(written))
