"""Blocks: who may not write. Part of the directory, so that every process knows them without a query."""

from collections.abc import Callable, Collection

from msgspec.structs import replace

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.directory_store import DirectoryStore, must_exist
from console.domain.blocks import Block, still
from console.domain.directory import Directory
from console.errors import BadSettings, Problem

MOST = 2_000  # blocks at once
NO_BLOCK = "Block not found."
TOO_MANY = "There are too many blocks. Lift some first."


class BlockStore:
    def __init__(self, directory: DirectoryStore, clock: Callable[[], int]) -> None:
        self.directory = directory
        self.clock = clock

    async def put(self, block: Block, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Add a block, replacing an earlier one; expired ones are dropped."""

        def wanted(known: Directory) -> Directory:
            blocks = {**still(known.blocks, self.clock()), block.key: block}
            if len(blocks) > MOST:
                raise BadSettings([Problem("blocked", "", TOO_MANY)])
            return replace(known, blocks=blocks)

        return await self.directory.change(wanted, by, "blocked")

    async def forget(self, keys: Collection[str], *, by: Somebody = COMMAND_LINE) -> Directory:
        """Remove name and note from blocks that continue: what others wrote about an erased visitor must not stay."""

        def wanted(known: Directory) -> Directory:
            bare = {key: replace(known.blocks[key], name="", note="") for key in keys if key in known.blocks}
            return replace(known, blocks={**known.blocks, **bare})

        return await self.directory.change(wanted, by, "blocked")

    async def lift(self, key: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Remove a block early. Raises NotYours if there is none."""

        def wanted(known: Directory) -> Directory:
            must_exist(key in known.blocks, NO_BLOCK)
            return replace(known, blocks={one: block for one, block in known.blocks.items() if one != key})

        return await self.directory.change(wanted, by, "blocked")
