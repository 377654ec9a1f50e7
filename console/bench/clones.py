"""Creates a queue of a million chats in a minute: reads what one real `open` wrote, and writes it again with new ids.

`Mould.of(…)` opens a chat and takes everything that contains its ids: its own keys, and its entries in shared keys. So
only the Function itself defines what an open writes. `differences` compares a clone with another real open, entry by
entry.
"""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from redis.exceptions import ResponseError

from console.domain.ids import new_cid, new_id
from console.domain.languages import language_of
from console.events import Visitor
from console.queue.payloads import VisitorProfile
from console.queue.records import RECORDS, unpacked
from console.queue.workspace import Workspace

WORDS = "Good morning, could you tell me where my parcel is? It was to come on Tuesday."
CHUNK = 2_000  # clones per call
NEAR = 10 * 86_400_000  # ms around the opening in which a number of 13 digits is a time of the chat
TIME = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")
FIELDS = ("HSET", "RECORD")  # commands that write fields
SHARED_WITH_ALL = ("feed", "head", "counts")  # the feed is trimmed after archiving; the loader advances its number

Entry = tuple[str, ...]  # a write: command, key, then its arguments


class Names(NamedTuple):
    """The ids of one opening."""

    chat: str
    visitor: str
    connection: str
    cid: str

    @classmethod
    def fresh(cls) -> "Names":
        return cls(new_id(), new_id(), new_id(), new_cid())


class Mould(NamedTuple):
    """What one open wrote, with ids and times as variables; `facts` is how many facts it recorded."""

    recipe: list[list[Any]]
    facts: int

    @classmethod
    async def of(cls, workspace: Workspace, queue: str, locale: str = "") -> "Mould":
        names = Names.fresh()
        before = int(await workspace.store.command("HGET", workspace.keys.head, "n"))
        at = await really_open(workspace, queue, names, locale)
        after = int(await workspace.store.command("HGET", workspace.keys.head, "n"))
        return cls([_variables(entry, names, at) for entry in await written(workspace, names)], after - before)


async def really_open(workspace: Workspace, queue: str, names: Names, locale: str = "") -> int:
    """Open a chat for real; return when (ms)."""
    said = await workspace.open(
        names.chat, connection=names.connection, queue=queue, language=language_of(locale), site="load",
        channel="web", cid=names.cid,
        profile=VisitorProfile(Visitor(names.visitor), locale=locale, page="https://shop.example/cart"), text=WORDS,
    )  # fmt: skip
    return said.at


class Loader:
    """Writes clones of a mould; `made` counts them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.made = 0

    async def load(self, mould: Mould, count: int, at: int, step: float = 0) -> None:
        """Write `count` more chats, opened every `step` ms starting at `at`."""
        call = self.workspace.store.command
        try:
            await call("FUNCTION", "LOAD", source())
        except ResponseError as problem:
            if "already exists" not in str(problem):
                raise
        await call("FCALL", "load_learn", 0, msgspec.json.encode(mould.recipe))
        done = 0
        while done < count:
            chunk = min(CHUNK, count - done)
            begin = at + round(done * step)
            await call(
                "FCALL", "load_clone", 1, self.workspace.keys.head, self.made, chunk, begin, str(step), mould.facts
            )
            self.made += chunk
            done += chunk

    def names(self, number: int) -> Names:
        """Return the ids of a clone."""
        tail = f"{number:015d}"
        return Names(f"c{tail}", f"v{tail}", f"w{tail}", f"load-cid{tail[1:]}")


@cache
def source() -> str:
    return Path(__file__).with_name("clones.lua").read_text(encoding="utf-8")


# --- what an open wrote -----------------------------------------------------------------------------


async def written(workspace: Workspace, names: Names) -> list[Entry]:
    """Return every entry of the workspace that contains one of the ids, as the write that creates it."""
    found: list[Entry] = []
    for key in await _keys(workspace):
        kind = key.removeprefix(workspace.keys.prefix).partition(":")[0]
        if kind in SHARED_WITH_ALL:
            continue
        sort = "record" if kind in RECORDS else (await workspace.store.command("TYPE", key)).decode()
        found += [entry for entry in await READERS[sort](workspace, key) if _bears(entry, names)]
    return sorted(_gathered(found))


async def _keys(workspace: Workspace) -> list[str]:
    cursor, keys = b"0", []
    pattern = re.sub(r"([\[\]?*\\])", r"\\\1", workspace.keys.prefix) + "*"
    while True:
        cursor, some = await workspace.store.command("SCAN", cursor, "MATCH", pattern, "COUNT", 10_000)
        keys += [key.decode() for key in some]
        if cursor == b"0":
            return sorted(set(keys))


async def _hash(workspace: Workspace, key: str) -> list[Entry]:
    flat = await workspace.store.command("HGETALL", key)
    return [("HSET", key, flat[i].decode(), flat[i + 1].decode()) for i in range(0, len(flat), 2)]


async def _zset(workspace: Workspace, key: str) -> list[Entry]:
    flat = await workspace.store.command("ZRANGE", key, 0, -1, "WITHSCORES")
    return [("ZADD", key, flat[i + 1].decode(), flat[i].decode()) for i in range(0, len(flat), 2)]


async def _set(workspace: Workspace, key: str) -> list[Entry]:
    return [("SADD", key, member.decode()) for member in await workspace.store.command("SMEMBERS", key)]


async def _list(workspace: Workspace, key: str) -> list[Entry]:
    return [("RPUSH", key, *(value.decode() for value in await workspace.store.command("LRANGE", key, 0, -1)))]


async def _string(workspace: Workspace, key: str) -> list[Entry]:
    return [("SET", key, (await workspace.store.command("GET", key)).decode())]


async def _record(workspace: Workspace, key: str) -> list[Entry]:
    fields = unpacked(await workspace.store.command("GET", key))
    return [("RECORD", key, name, value) for name, value in fields.items()]


READERS: dict[str, Callable[[Workspace, str], Awaitable[list[Entry]]]] = {
    "hash": _hash,
    "zset": _zset,
    "set": _set,
    "list": _list,
    "string": _string,
    "record": _record,
}


def _bears(entry: Entry, names: Names) -> bool:
    return any(name in word for word in entry for name in names)


def _gathered(entries: list[Entry]) -> list[Entry]:
    """Join the writes of a hash or record into one."""
    joined: dict[Entry, list[str]] = {}
    rest = []
    for entry in entries:
        if entry[0] in FIELDS:
            joined.setdefault(entry[:2], []).extend(entry[2:])
        else:
            rest.append(entry)
    return rest + [(*begin, *fields) for begin, fields in joined.items()]


def _variables(entry: Entry, names: Names, at: int) -> list[Any]:
    """Return the words, each as text, or as a list of text, {"id": name} and {"ms": time since the opening}."""
    return [_parts(word, names, at) for word in entry]


def _parts(word: str, names: Names, at: int) -> Any:
    pattern = re.compile("|".join([*(re.escape(name) for name in names), TIME.pattern]))
    called = dict(zip(names, Names._fields, strict=True))
    parts: list[Any] = []
    end = 0
    for match in pattern.finditer(word):
        text = match.group()
        if text not in called and abs(int(text) - at) > NEAR:
            continue
        parts.append(word[end : match.start()])
        parts.append({"id": called[text]} if text in called else {"ms": int(text) - at})
        end = match.end()
    if not parts:
        return word
    return [part for part in [*parts, word[end:]] if part != ""]


# --- comparing clones ------------------------------------------------------------------------------


async def differences(workspace: Workspace, queue: str, clone: Names, locale: str = "") -> list[str]:
    """Return what only the clone has (-) and only a real open has (+), apart from ids and times; empty is good."""
    real = Names.fresh()
    await really_open(workspace, queue, real, locale)
    wanted = _plain(await written(workspace, real), real)
    found = _plain(await written(workspace, clone), clone)
    return [f"- {entry}" for entry in sorted(found - wanted)] + [f"+ {entry}" for entry in sorted(wanted - found)]


def _plain(entries: list[Entry], names: Names) -> set[str]:
    """Return an entry per line, with ids as names and times as ms since the opening."""
    opened = next(
        int(entry[i + 1])
        for entry in entries
        if entry[0] == "RECORD" and f"chat:{names.chat}" in entry[1]
        for i in range(2, len(entry), 2)
        if entry[i] == "opened"
    )
    lines = set()
    for entry in entries:
        fields = [entry[i : i + 2] for i in range(2, len(entry), 2)] if entry[0] in FIELDS else [entry[2:]]
        for words in fields:
            if words[0] in ("n", "places") and entry[1].endswith(f"chat:{names.chat}"):
                continue  # the last number in the feed, and how many were waiting
            line = " ".join((*entry[:2], *words))
            for name, identifier in names._asdict().items():
                line = line.replace(identifier, f"<{name}>")
            line = TIME.sub(lambda match: f"<{int(match.group()) - opened:+d}>", line)
            lines.add(line)
    return lines
