"""Identifies a configuration's content. Releases that know different fields do not compare their marks."""

import hashlib

import msgspec
from msgspec.structs import replace

from console.domain.directory import Directory, Hours, Member, Queue, Site
from console.domain.first_words import Phrases
from console.domain.identity import ClaimRule, IdentityKey, SiteIdentity

KNOWN = (Directory, Queue, Hours, Phrases, Member, Site, SiteIdentity, IdentityKey, ClaimRule)


def content_mark(directory: Directory) -> str:
    """Return `<digest of the fields>.<digest of their values>`, independent of the version."""
    fields = " ".join(name for kind in KNOWN for name in sorted(kind.__struct_fields__))
    values = msgspec.json.encode(replace(directory, version=0), order="sorted")
    return f"{_short(fields.encode())}.{_short(values)}"


def another(mark: str, other: str) -> bool:
    """Whether both have the same fields and different values."""
    return mark != other and mark.partition(".")[0] == other.partition(".")[0]


def _short(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]
