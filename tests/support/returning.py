"""The time between two visits: a chat's end reaches the archive, and after a day the live store has dropped it."""

from console.archive.history import History
from console.queue.embedded import EmbeddedStore
from console.queue.keys import Keys
from console.queue.primary import open_client
from tests.support.credentials import stores_of
from tests.support.eventually import eventually
from tests.support.server_process import RunningServer


async def is_filed(server: RunningServer, chat: str) -> None:
    """Wait until the chat's end is in SQL."""
    await eventually(lambda: _in_archive(server, chat), "the archive to have the chat's end")


async def _in_archive(server: RunningServer, chat: str) -> bool:
    async with stores_of(server) as stores:
        record = await History(stores.database).read_chat(chat)
    return record is not None and record.chat.ended is not None


async def a_day_passes(server: RunningServer, chat: str) -> None:
    """Let the live store drop a visitor 24 h after their chat."""
    client = open_client(EmbeddedStore(server.data / "store").url)
    async for name in client.scan_iter(match=Keys("main").of("visitor", "*")):
        if (await client.hget(name, "chat") or b"").decode() == chat:
            await client.delete(name)
    await client.aclose()
