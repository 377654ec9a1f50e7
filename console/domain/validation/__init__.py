"""Validation of settings: what is wrong with each, and how to fix it. Pure; looks nothing up."""

from collections.abc import Collection

from console.domain.directory import Directory
from console.domain.validation.members import validate_member, validate_site
from console.domain.validation.problems import validate_reasons
from console.domain.validation.queues import validate_queue
from console.errors import BadSettings, Problem


def check(known: Directory, wanted: Directory, *, edited: str, but: Collection[str] = ()) -> None:
    """Raise BadSettings if `edited` (such as `queue:support`) is wrong in `wanted`, or anything else is that was fine
    in `known`.

    Errors of the edited thing in the fields `but` are ignored. Its own errors come alone: the others may only follow
    from them.
    """
    before, after = problems_in(known), problems_in(wanted)
    own = [one for one in after if one.target == edited and one.field not in but]
    if found := own or [one for one in after if one.target != edited and one not in before]:
        raise BadSettings(found)


def problems_in(directory: Directory) -> list[Problem]:
    """Return everything that is wrong in a directory."""
    found: list[Problem] = []
    for queue in directory.queues.values():
        found += validate_queue(queue, directory)
    for member in directory.members.values():
        found += validate_member(member, directory)
    for site in directory.sites.values():
        found += validate_site(site, directory)
    return found + validate_reasons("away", "away_reasons", directory.away_reasons)
