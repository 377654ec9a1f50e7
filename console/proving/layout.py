"""The parts of an installation under test; each fault names the layout it strikes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    servers: int = 1
    workers: int = 1  # processes of each server
    inside: bool = False  # a server starts the store, which ends with it
    archiver: bool = False  # the servers only serve; `sestetto work` archives
    front: bool = False  # a network that can break, between people and servers
    back: bool = False  # another one, between servers and store
    side: bool = False  # another one, between servers and PostgreSQL
    nginx: bool = False
    dies_at: str = ""  # the fail point set in the servers
    clock: str = ""  # whose clock can be moved: "server" or "store"
    stores: str = ""  # "sentinel", "cluster" or "pair": a store of several servers
    durability: str = "disk"  # where a message is stored when it is acknowledged
    postgresql: bool = False  # instead of SQLite
    disk: int = 0  # MiB of the store's own disk; 0: the machine's disk
    quiet: float = 1.0  # s without a frame until people check whether the server responds, and again until they leave
    crowd: int = 0  # people who only watch
