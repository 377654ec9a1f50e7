"""Deletes everything a workspace has in the store, once the workspace is gone for good."""

from console.queue.keys import Keys
from console.queue.primary import ask
from console.queue.topology import primary_of

AT_ONCE = 500  # keys per batch; the store serves others between two batches


async def delete_keys(store_url: str, workspace: str) -> int:
    """Delete all of its keys and no others; return the number of keys."""
    pattern = f"{Keys(workspace).prefix}*"  # a workspace's name has no characters that are special in a pattern
    cursor, deleted = b"0", 0
    async with primary_of(store_url, workspace).connected() as connection:
        while True:
            cursor, keys = await ask(connection, "SCAN", cursor, "MATCH", pattern, "COUNT", AT_ONCE)
            if keys:
                deleted += await ask(connection, "UNLINK", *keys)
            if cursor == b"0":
                return deleted
