"""Blocks: visitors and addresses that are not allowed to write for a while. Pure."""

import ipaddress
from collections.abc import Mapping
from typing import Literal

import msgspec

Kind = Literal["visitor", "address"]
DAYS = (1, 7, 30, 365)  # lengths of a block
LONGEST_NOTE = 200  # characters
DAY = 86_400_000  # ms


class Block(msgspec.Struct, frozen=True):
    """`who` is a visitor's id, an IPv4 address, or the /64 of an IPv6 address; `name` is the visitor's name.

    The block ends by itself at `until` (ms).
    """

    kind: Kind
    who: str
    until: int
    name: str = ""
    note: str = ""
    by: str = ""  # the name of the person who blocked them
    since: int = 0

    @property
    def key(self) -> str:
        return key_of(self.kind, self.who)


def key_of(kind: Kind, who: str) -> str:
    return f"{kind}:{who}"


def block_of(blocks: Mapping[str, Block], visitor: str, address: str, now: int) -> Block | None:
    """Return the current block of this visitor at this address (in the form of `address_group`)."""
    found = [blocks.get(key_of("visitor", visitor)), blocks.get(key_of("address", address))]
    return next((block for block in found if block is not None and now < block.until), None)


def still(blocks: Mapping[str, Block], now: int) -> dict[str, Block]:
    """Return the blocks without expired ones."""
    return {key: block for key, block in blocks.items() if now < block.until}


def is_address(text: str) -> bool:
    """Whether it is an IP address, or the network that represents an IPv6 address."""
    try:
        ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True
