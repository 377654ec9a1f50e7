"""A queue to and from its form. Pure."""

from collections.abc import Collection
from typing import Any

from console.domain.directory import HOUR, MINUTE, SECOND, Queue, QueueSetting, queue_settings
from console.pages.settings.channels import read_channels, typed_channels
from console.pages.settings.form import Form, seconds, ticks
from console.pages.settings.opening_hours import read_hours, typed_hours
from console.pages.settings.phrases import read_phrases, typed_phrases

MS = {"seconds": SECOND, "minutes": MINUTE, "hours": HOUR}
EMPTY = ("longest",)  # shown empty when 0
JOINED = {"languages": ", ", "reasons": "\n"}


def typed_of(queue: Queue, members: Collection[str]) -> dict[str, str]:
    """Return the values of the form's fields."""
    typed = {name: _typed(name, setting, getattr(queue, name)) for name, setting in queue_settings().items()}
    own = typed_hours(queue.hours) | typed_phrases(queue.phrases) | typed_channels(queue.channels)
    return {**typed, **own, **ticks("member", members)}


def _typed(name: str, setting: QueueSetting, value: Any) -> str:
    if setting.unit:
        return seconds(value, MS[setting.unit])
    if name in JOINED:
        return JOINED[name].join(value)
    return "" if name in EMPTY and not value else str(value)


def read_queue(form: Form, was: Queue, locale: str) -> tuple[Queue, tuple[str, ...]]:
    """Read the queue and the ids of its members. A field that cannot be read keeps its value and gets an error."""
    values: dict[str, Any] = {"hours": read_hours(form, was.hours)}
    values["languages"] = form.languages("languages", locale)
    values["reasons"] = form.lines("reasons")
    values["phrases"] = read_phrases(form, locale)
    values["channels"] = read_channels(form, was.channels)
    values["mode"] = form.typed.get("mode", "")
    offered = values["mode"] == "offer"
    values |= {} if offered else {"accept": was.accept, "misses": was.misses}
    values |= {} if form.plain("overflow_to") else {"overflow_after": 0}
    values |= {} if form.plain("bot") else {"bot_within": was.bot_within}
    for name, setting in queue_settings().items():
        if name not in values:
            values[name] = _read(form, name, setting, getattr(was, name))
    return Queue(id=was.id, **values), form.ticked("member")


def _read(form: Form, name: str, setting: QueueSetting, was: Any) -> Any:
    """Read a field by the type of its previous value."""
    if setting.unit:
        return form.ms(name, unit=MS[setting.unit], otherwise=was)
    if isinstance(was, bool):
        return form.flag(name)
    return form.whole(name, otherwise=was) if isinstance(was, int) else form.plain(name)
