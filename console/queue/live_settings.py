"""A queue's settings for the Functions: by name, as `Queue` in console/domain/directory.py lists them."""

from collections.abc import Iterable
from typing import Any

from console.domain.directory import Queue, queue_default, queue_settings


def live_settings(queue: Queue) -> dict[str, str | int]:
    """Return the settings the Functions need, under their names in the store."""
    return {live: _live(getattr(queue, name)) for name, live in _told()}


def lua_settings() -> str:
    """Return the same names with their defaults, as the Lua table that the Functions read a queue with."""
    return "{ " + ", ".join(f"{{ '{live}', {_lua(_live(queue_default(name)))} }}" for name, live in _told()) + " }"


def _told() -> Iterable[tuple[str, str]]:
    return ((name, setting.live or name) for name, setting in queue_settings().items() if setting.told)


def _live(value: Any) -> str | int:
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | str) else " ".join(value)


def _lua(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
