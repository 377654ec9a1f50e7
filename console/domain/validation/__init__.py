"""Validation of settings: what is wrong with each, and how to fix it. Pure; without any lookups."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec.structs import replace

from console.domain.directory import Directory
from console.domain.validation.mail_templates import validate_mails
from console.domain.validation.members import validate_member, validate_site
from console.domain.validation.problems import validate_reasons
from console.domain.validation.questions import validate_greetings, validate_questions
from console.domain.validation.queues import validate_queue, validate_speakers
from console.errors import BadSettings, Problem

HOURS = ("zone", "week", "holidays")  # fields of a queue's hours; `week0` is Monday's


def check(
    known: Directory, wanted: Directory, *, edited: str, but: Collection[str] = (), more: Sequence[Problem] = ()
) -> None:
    """Raise BadSettings if `edited` (such as `queue:support`) is invalid in `wanted`, or if anything else is that was
    valid in `known`. `more` are problems of the edited thing that a directory cannot show.

    Problems of the edited thing in the fields `but` are ignored, and so are problems elsewhere that only follow from
    its own.
    """
    own = [one for one in (*problems_in(wanted), *more) if one.target == edited and one.field not in but]
    # In a queue without members nobody speaks its languages, and members are added one by one.
    silent = [one for queue in known.queues.values() for one in validate_speakers(queue, known)]
    before, bad = [*problems_in(known), *silent], {*but, *(one.field for one in own)}
    after = problems_in(_without(bad, known, wanted, edited) if bad else wanted)
    if found := own + [one for one in after if one.target != edited and one not in before]:
        raise BadSettings(found)


def problems_in(directory: Directory) -> list[Problem]:
    """Return all problems in a directory."""
    found: list[Problem] = []
    for queue in directory.queues.values():
        found += validate_queue(queue, directory)
    for member in directory.members.values():
        found += validate_member(member, directory)
    for site in directory.sites.values():
        found += validate_site(site, directory)
        found += validate_mails(site)
        found += validate_questions(site, directory)
        found += validate_greetings(site)
    return found + validate_reasons("away", "away_reasons", directory.away_reasons)


def _without(bad: Collection[str], known: Directory, wanted: Directory, edited: str) -> Directory:
    """Return `wanted` with the previous values of these fields; a new thing with any of them is left out."""
    kind, _, id = edited.partition(":")
    if not id:
        return wanted
    before, after = getattr(known, f"{kind}s"), getattr(wanted, f"{kind}s")
    if id not in before or id not in after:
        return known
    names = {"hours" if field.startswith(HOURS) else field for field in bad}
    was: dict[str, Any] = {name: getattr(before[id], name) for name in names if hasattr(before[id], name)}
    return replace(wanted, **{f"{kind}s": {**after, id: replace(after[id], **was)}})
