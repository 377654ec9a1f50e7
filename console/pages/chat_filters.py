"""The filters of the chats page: read from its URL and written back into one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from console.archive.search import LISTS, ChatList, ChatQuery
from console.archive.search_words import LONGEST_QUESTION

CHOICES = ("queue", "agent", "reason", "rating", "late", "channel", "language")
LONGEST_ZONE = 64  # characters


class ChatFilters(msgspec.Struct, frozen=True, kw_only=True):
    """The filters as in the URL, without invalid ones. `since` and `until` are days in `zone`, both inclusive."""

    kind: ChatList = "ended"
    text: str = ""
    visitor: str = ""
    since: str = ""
    until: str = ""
    zone: str = ""
    queue: str = ""
    agent: str = ""
    reason: str = ""
    rating: str = ""
    late: str = ""
    channel: str = ""
    language: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "ChatFilters":
        given = {name: asked.get(name, "").strip()[:LONGEST_QUESTION] for name in cls.__struct_fields__}
        kind = given["kind"] if given["kind"] in LISTS else "ended"
        days = {name: given[name] if _day(given[name]) else "" for name in ("since", "until")}
        return cls(**{**given, **days, "kind": kind})  # type: ignore[arg-type]

    @property
    def narrowed(self) -> bool:
        """Whether any filter besides the list is set."""
        return self != ChatFilters(kind=self.kind, zone=self.zone)

    def query(self) -> ChatQuery:
        zone = _zone(self.zone)
        first, last = _day(self.since), _day(self.until)
        return ChatQuery(
            listed="visitors" if self.visitor and self.kind == "ended" else self.kind,
            text=self.text,
            visitor=self.visitor,
            since=_ms(first, zone) if first else 0,
            until=_ms(last + timedelta(days=1), zone) if last else 0,
            **{name: getattr(self, name) for name in CHOICES},
        )

    def address(self, path: str = "/chats", **other: str) -> str:
        given = msgspec.structs.asdict(self) | other
        if given["kind"] == "ended":
            del given["kind"]
        if not given["since"] and not given["until"]:
            del given["zone"]
        asked = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{asked}" if asked else path


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 9000 else None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name and len(name) <= LONGEST_ZONE else UTC
    except (ValueError, OSError, KeyError):  # no such zone
        return UTC


def _ms(day: date, zone: tzinfo) -> int:
    """Return the instant at which the day starts in that zone."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)
