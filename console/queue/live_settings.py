"""A queue's settings for the Functions: by name, as `Queue` in console/domain/directory.py lists them."""

from collections.abc import Iterable
from typing import Any

from console.domain.channels import encode_channels
from console.domain.directory import Queue, queue_default, queue_settings
from console.domain.first_words import phrases_by_language
from console.queue.payloads import encode


def live_settings(queue: Queue) -> dict[str, str | int]:
    """Return the settings that the Functions need, under their names in the store."""
    return {live: _live(name, getattr(queue, name)) for name, live in _names()}


def live_words(queue: Queue) -> dict[str, str]:
    """Return the phrases for automatic first words by language, as JSON; none unless the queue gives them."""
    phrases = phrases_by_language(queue.phrases, queue.languages) if queue.automatic else {}
    return {language: encode(texts).decode() for language, texts in phrases.items()}


def lua_settings() -> str:
    """Return the same names with their defaults, as the Lua table with which the Functions read a queue."""
    return (
        "{ " + ", ".join(f"{{ '{live}', {_lua(_live(name, queue_default(name)))} }}" for name, live in _names()) + " }"
    )


def _names() -> Iterable[tuple[str, str]]:
    return ((name, setting.live or name) for name, setting in queue_settings().items() if setting.for_functions)


def _live(name: str, value: Any) -> str | int:
    if name == "channels":
        return encode_channels(value)
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | str) else " ".join(value)


def _lua(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
