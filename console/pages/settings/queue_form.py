"""A queue as its form has it, there and back. Pure."""

from collections.abc import Collection
from typing import cast

from console.domain.directory import Mode, Queue
from console.pages.settings.form import MINUTE, Form, seconds, ticks
from console.pages.settings.opening_hours import read_hours, typed_hours


def typed_of(queue: Queue, members: Collection[str]) -> dict[str, str]:
    """The fields as the form draws them."""
    return {
        "name": queue.name,
        "target": seconds(queue.target),
        "goal": str(queue.goal),
        "head_start": seconds(queue.head_start),
        "mode": queue.mode,
        "accept": seconds(queue.accept),
        "misses": str(queue.misses),
        "languages": ", ".join(queue.languages),
        "longest": str(queue.longest or ""),
        "overflow_to": queue.overflow_to,
        "overflow_after": seconds(queue.overflow_after),
        "wrapup": seconds(queue.wrapup),
        "reasons": "\n".join(queue.reasons),
        "ask": seconds(queue.ask, MINUTE),
        "end": seconds(queue.end, MINUTE),
        **typed_hours(queue.hours),
        **ticks("member", members),
    }


def read_queue(form: Form, was: Queue, locale: str) -> tuple[Queue, tuple[str, ...]]:
    """The queue and the ids of its members; what cannot be read stays as it `was`, and is said."""
    mode = form.typed.get("mode", "")
    overflow_to = form.plain("overflow_to")
    queue = Queue(
        id=was.id,
        name=form.plain("name"),
        target=form.ms("target", otherwise=was.target),
        ask=form.ms("ask", unit=MINUTE, otherwise=was.ask),
        end=form.ms("end", unit=MINUTE, otherwise=was.end),
        goal=form.whole("goal", otherwise=was.goal),
        head_start=form.ms("head_start", otherwise=was.head_start),
        mode=cast(Mode, mode),
        accept=form.ms("accept", otherwise=was.accept) if mode == "offer" else was.accept,
        misses=form.whole("misses", otherwise=was.misses) if mode == "offer" else was.misses,
        languages=form.languages("languages", locale),
        hours=read_hours(form, was.hours),
        longest=form.whole("longest", otherwise=was.longest),
        overflow_to=overflow_to,
        overflow_after=form.ms("overflow_after", otherwise=was.overflow_after) if overflow_to else 0,
        wrapup=form.ms("wrapup", otherwise=was.wrapup),
        reasons=form.lines("reasons"),
    )
    return queue, form.ticked("member")
