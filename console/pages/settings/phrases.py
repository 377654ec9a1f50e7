"""A queue's phrases for first words, to and from its form: one box for each language. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from console.domain.directory import Directory, Queue, led_to
from console.domain.first_words import PROMISE, Phrases, built_in, primary
from console.domain.validation.first_words import OTHER, field_of
from console.domain.validation.problems import languages
from console.pages.settings.form import Form, in_words

MORE = "phrases_more"  # the box for the language named in OTHER
FIELD = field_of("")
ALWAYS = ("en", "it")  # the languages of our own pages


class Box(NamedTuple):
    """The box of one language: the form's field, the language's name, and our own phrases in it."""

    field: str
    tag: str
    name: str
    ours: tuple[str, ...]


def boxes(known: Directory, queue: Queue | None, typed: Mapping[str, str], locale: str) -> list[Box]:
    """Return a box for each language of our pages, of the queue's visitors, or that was typed."""
    sites = [site.locale for site in known.sites.values() if queue is not None and queue.id in led_to(known, site)]
    served = queue.languages if queue is not None else ()
    there = [field.removeprefix(FIELD) for field in typed if field.startswith(FIELD)]
    tags = dict.fromkeys([*ALWAYS, *served, *map(primary, sites), *there])
    return [Box(field_of(tag), tag, in_words([tag], locale), built_in(tag, PROMISE)) for tag in tags if tag]


def typed_phrases(phrases: Sequence[Phrases]) -> dict[str, str]:
    return {field_of(one.language): "\n".join(one.texts) for one in phrases}


def read_phrases(form: Form, locale: str) -> tuple[Phrases, ...]:
    """Read every box that is not empty; an added language needs its phrases, and added phrases their language."""
    fields = [field for field in form.typed if field.startswith(FIELD)]
    found = [Phrases(field.removeprefix(FIELD), form.lines(field)) for field in fields]
    more, named = form.lines(MORE), form.languages(OTHER, locale)
    if len(named) > 1:
        form.say(OTHER, "Enter one language at a time.")
    elif named and not more:
        form.say(MORE, "Enter phrases in that language, or clear the language.")
    elif more and not named:
        form.say(OTHER, "Enter the language of these phrases.")
    elif named:
        found.append(Phrases(named[0], more))
        _give_own_box(form, field_of(named[0]), known=named[0] in languages())
    return tuple(sorted((one for one in found if one.texts), key=lambda one: one.language))


def _give_own_box(form: Form, field: str, *, known: bool) -> None:
    """If something else is wrong, show the added language in its own box, beside its errors."""
    if known and not form.lines(field):
        others = {name: value for name, value in form.typed.items() if name not in (MORE, OTHER)}
        form.typed = {**others, field: form.typed[MORE]}
