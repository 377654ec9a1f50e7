"""What cannot be of members, of sites, and of the words kept for all of them."""

import re
from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from console.domain.directory import PLACEHOLDERS, SLOTS, Canned, Directory, Member, MemberRole, Site
from console.domain.validation.problems import ID, Problems, check_languages, check_name
from console.errors import Problem

ORIGINS = 50
TITLE, CANNED_TEXT = 80, 4_000  # characters; the text is as long as a message
RETENTION = 3_650  # days
ROLES: tuple[MemberRole, ...] = get_args(MemberRole)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}|")
BRACES = re.compile(r"\{([^{}\n]{1,70})\}")


def validate_member(member: Member, known: Directory) -> list[Problem]:
    found = Problems(f"member:{member.id}")
    before, at, after = member.email.partition("@")
    found.unless(ID.fullmatch(member.id), "id", "An id has small letters, digits, hyphens and underscores, 64 at most.")
    whole = before and at and after and member.email.isprintable() and " " not in member.email
    found.unless(whole, "email", "That is not an e-mail address: write one such as ana@shop.example.")
    named = member.name and len(member.name) <= 120 and member.name.isprintable()
    found.unless(named, "name", "A member needs a name of 120 characters at most.")
    found.unless(member.role in ROLES, "role", "A role is one of: agent, supervisor, admin.")
    found.unless(
        1 <= member.limit <= SLOTS, "limit", "A limit is 1 to %(most)s chats: choose one of these.", most=SLOTS
    )
    for queue in member.queues:
        found.unless(queue in known.queues, "queues", "There is no such queue: %(queue)s.", queue=queue)
    check_languages(found, member.languages)
    return found


def validate_site(site: Site, known: Directory) -> list[Problem]:
    found = Problems(f"site:{site.key}")
    others = [other.name for other in known.sites.values() if other.key != site.key]
    found.unless(ID.fullmatch(site.key), "key", "A key has small letters, digits, hyphens and underscores, 64 at most.")
    check_name(found, site.name, others)
    found.unless(site.queue, "queue", "Choose the queue that its chats wait in.")
    found.unless(
        site.queue in known.queues or not site.queue,
        "queue",
        "There is no queue %(queue)s: choose one that exists.",
        queue=site.queue,
    )
    found.unless(
        site.origins,
        "origins",
        "Say where the site's pages are, such as https://shop.example: nowhere else the widget opens.",
    )
    found.unless(len(site.origins) <= ORIGINS, "origins", "%(most)s origins at most.", most=ORIGINS)
    for origin in site.origins:
        found.unless(
            origin_of(origin) == origin,
            "origins",
            "An origin is a scheme and a host, such as https://shop.example; not %(origin)s.",
            origin=origin[:80],
        )
    found.unless(
        not site.privacy_url or _is_address(site.privacy_url),
        "privacy_url",
        "A privacy page has an address such as https://shop.example/privacy.",
    )
    found.unless(
        site.privacy_url or not site.typing_preview,
        "privacy_url",
        "Typed text is shown to agents only with a link to what becomes of it: give the address of the privacy page.",
    )
    found.unless(COLOUR.fullmatch(site.accent), "accent", "A colour is # and six digits, such as #1d5c88.")
    return found


def validate_canned(canned: Canned, others: Iterable[Canned], known: Directory) -> list[Problem]:
    """`others`: those for the same people."""
    found = Problems(f"canned:{canned.id}")
    check_name(found, canned.title, [other.title for other in others if other.id != canned.id], "title", TITLE)
    found.unless(
        canned.text.strip() and len(canned.text) <= CANNED_TEXT,
        "text",
        "A reply needs a text of %(most)s characters at most.",
        most=CANNED_TEXT,
    )
    if canned.scope == "queue":
        found.unless(
            canned.owner in known.queues,
            "owner",
            "There is no queue %(queue)s: choose one that exists.",
            queue=canned.owner,
        )
    for name in BRACES.findall(canned.text):
        choices = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        found.unless(
            name in PLACEHOLDERS or name.startswith("field:"),
            "text",
            "Nothing is known to put for {%(name)s}: use %(choices)s.",
            name=name,
            choices=choices,
        )
    return found


def validate_retention(days: int) -> list[Problem]:
    found = Problems("retention")
    found.unless(
        1 <= days <= RETENTION, "days", "Chats are kept for 1 to %(most)s days: give such a number.", most=RETENTION
    )
    return found


def origin_of(text: str) -> str:
    """An origin as browsers send it, of whatever was typed; empty when it is none."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        parts.port  # noqa: B018  ValueError for what is no number
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= 2000 and text.isprintable()
