"""Validation of members, sites, canned replies, data retention and breathers."""

import re
import unicodedata
from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from console.domain.directory import (
    FIRST_NAME,
    PLACEHOLDERS,
    SLOTS,
    Canned,
    Directory,
    Member,
    MemberRole,
    Site,
)
from console.domain.email_address import EMAIL
from console.domain.shared_files import GROUPS, MOST_SIZE
from console.domain.validation.identity import validate_identity
from console.domain.validation.problems import ID, Problems, check_languages, check_name
from console.errors import Problem

ORIGINS = 50
TITLE, CANNED_TEXT = 80, 4_000  # characters; a canned text may be as long as a message
SNIPPET = 20  # characters
RETENTION = 3_650  # days
REMEMBERED = 365  # days
AUDIT_CHANGES, AUDIT_READS = 365, 30  # fewest days that lines of the audit log are kept
BREATHERS = 10  # an hour
ROLES: tuple[MemberRole, ...] = get_args(MemberRole)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}|")
BRACES = re.compile(r"\{([^{}\n]{1,70})\}")


def validate_member(member: Member, known: Directory) -> list[Problem]:
    found = Problems(f"member:{member.id}")
    found.unless(
        ID.fullmatch(member.id), "id", "An ID can have up to 64 lowercase letters, digits, hyphens and underscores."
    )
    whole = EMAIL.fullmatch(member.email) and member.email.isprintable()
    found.unless(whole, "email", "Enter an e-mail address such as ana@shop.example.")
    named = member.name and len(member.name) <= 120 and member.name.isprintable()
    found.unless(named, "name", "Enter a name of up to 120 characters.")
    found.unless(member.role in ROLES, "role", "Choose a role: agent, supervisor or admin.")
    found.unless(1 <= member.limit <= SLOTS, "limit", "Choose a limit from 1 to %(most)s chats.", most=SLOTS)
    left = max(SLOTS - member.limit, 0)
    found.unless(
        0 <= (member.channel_slots or 0) <= left,
        "channel_slots",
        "Choose at most %(most)s: there are %(slots)s slots in all.",
        most=left,
        slots=SLOTS,
    )
    for queue in member.queues:
        found.unless(queue in known.queues, "queues", "The queue %(queue)s does not exist.", queue=queue)
    check_languages(found, member.languages)
    return found


def validate_site(site: Site, known: Directory) -> list[Problem]:
    found = Problems(f"site:{site.key}")
    others = [other.name for other in known.sites.values() if other.key != site.key]
    found.unless(
        ID.fullmatch(site.key), "key", "A key can have up to 64 lowercase letters, digits, hyphens and underscores."
    )
    check_name(found, site.name, others)
    found.unless(site.queue, "queue", "Choose a queue.")
    found.unless(
        site.queue in known.queues or not site.queue,
        "queue",
        "The queue %(queue)s does not exist. Choose another one.",
        queue=site.queue,
    )
    for queue in site.queues:
        found.unless(queue in known.queues, "queues", "The queue %(queue)s does not exist.", queue=queue)
    found.unless(
        site.origins,
        "origins",
        "Enter at least one website address, such as https://shop.example.",
    )
    found.unless(len(site.origins) <= ORIGINS, "origins", "Enter at most %(most)s website addresses.", most=ORIGINS)
    for origin in site.origins:
        found.unless(
            origin_of(origin) == origin,
            "origins",
            "“%(origin)s” is not a website address. Enter scheme and host only, such as https://shop.example.",
            origin=origin[:80],
        )
    found.unless(
        not site.privacy_url or _is_address(site.privacy_url),
        "privacy_url",
        "Enter a full address, such as https://shop.example/privacy.",
    )
    found.unless(
        site.privacy_url or not site.typing_preview,
        "privacy_url",
        "The typing preview needs a privacy page. Enter its address.",
    )
    found.unless(
        0 <= site.remember_days <= REMEMBERED,
        "remember_days",
        "Enter a number of days from 1 to %(most)s, or 0 to remember nobody.",
        most=REMEMBERED,
    )
    found.unless(set(site.files) <= set(GROUPS), "files", "Choose from: %(groups)s.", groups=", ".join(GROUPS))
    found.unless(
        1 <= site.file_size <= MOST_SIZE, "file_size", "Enter a number of MB from 1 to %(most)s.", most=MOST_SIZE
    )
    found.unless(COLOUR.fullmatch(site.accent), "accent", "Enter a colour as # and six digits, such as #1d5c88.")
    return found + validate_identity(site, known)


def validate_canned(canned: Canned, others: Iterable[Canned], known: Directory) -> list[Problem]:
    """Validate a canned reply. `others` are the replies for the same people."""
    found = Problems(f"canned:{canned.id}")
    theirs = [other for other in others if other.id != canned.id]
    check_name(found, canned.title, [other.title for other in theirs], "title", TITLE)
    found.unless(
        canned.text.strip() and len(canned.text) <= CANNED_TEXT,
        "text",
        "Enter a reply of up to %(most)s characters.",
        most=CANNED_TEXT,
    )
    _check_snippet(found, canned, [other for other in theirs if other.snippet])
    if canned.scope == "queue":
        found.unless(
            canned.owner in known.queues,
            "owner",
            "The queue %(queue)s does not exist. Choose another one.",
            queue=canned.owner,
        )
    for name in BRACES.findall(canned.text):
        choices = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        found.unless(
            name in PLACEHOLDERS or name.startswith("field:"),
            "text",
            "{%(name)s} is not a placeholder. Use %(choices)s.",
            name=name,
            choices=choices,
        )
    return found


def snippet_of(typed: str) -> str:
    """Return the code in its stored form: without its semicolon, in lower case."""
    return unicodedata.normalize("NFC", typed).strip().lstrip(";\uff1b\u061b").lower()


def _check_snippet(found: Problems, canned: Canned, others: Iterable[Canned]) -> None:
    code = canned.snippet
    if not code:
        return
    signs = all(unicodedata.category(sign)[0] in "LMN" or sign in "_-" for sign in code)
    found.unless(
        signs and code[0] not in "_-" and len(code) <= SNIPPET and code == snippet_of(code),
        "snippet",
        "A snippet can have up to %(most)s letters, digits, hyphens and underscores.",
        most=SNIPPET,
    )
    found.unless(
        code != FIRST_NAME, "snippet", "The snippet %(code)s is reserved for the visitor's first name.", code=code
    )
    for other in others:
        found.unless(other.snippet != code, "snippet", "The snippet is taken by %(title)s.", title=other.title)


def validate_retention(days: int) -> list[Problem]:
    found = Problems("retention")
    found.unless(1 <= days <= RETENTION, "days", "Enter a number of days from 1 to %(most)s.", most=RETENTION)
    return found


def validate_audit_retention(changes: int, reads: int) -> list[Problem]:
    """Validate the days; the minimum keeps people from hiding recent actions by shortening them."""
    found = Problems("retention")
    found.unless(
        changes == 0 or AUDIT_CHANGES <= changes <= RETENTION,
        "changes_days",
        "Enter 0 to keep them forever, or a number of days from %(least)s to %(most)s.",
        least=AUDIT_CHANGES,
        most=RETENTION,
    )
    found.unless(
        AUDIT_READS <= reads <= RETENTION,
        "reads_days",
        "Enter a number of days from %(least)s to %(most)s.",
        least=AUDIT_READS,
        most=RETENTION,
    )
    return found


def validate_breathers(most: int) -> list[Problem]:
    found = Problems("breathers")
    found.unless(0 <= most <= BREATHERS, "breathers", "Enter a number from 0 to %(most)s.", most=BREATHERS)
    return found


def origin_of(text: str) -> str:
    """Return the origin as browsers send it for whatever was typed; empty if it is not an origin."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        parts.port  # noqa: B018  raises ValueError if the port is not a number
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
