"""Files that may be shared in a chat: types by content, groups that a site allows, and names for display."""

import re
from collections.abc import Collection
from typing import NamedTuple

from console.domain.sanitize import safe_name

MOST_NAME = 100  # characters
MOST_SIZE = 100  # MB that a site may allow

Group = str  # pictures, documents, archives, media


class FileType(NamedTuple):
    """A type by its content. A name with none of its `extensions` gets the first one."""

    group: Group
    extensions: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
TYPES: dict[str, FileType] = {
    "image/jpeg": FileType("pictures", ("jpg", "jpeg")),
    "image/png": FileType("pictures", ("png",)),
    "image/gif": FileType("pictures", ("gif",)),
    "image/webp": FileType("pictures", ("webp",)),
    "application/pdf": FileType("documents", ("pdf",)),
    "text/plain": FileType("documents", ("txt", "csv", "log", "md")),
    f"{_OFFICE}.wordprocessingml.document": FileType("documents", ("docx",)),
    f"{_OFFICE}.spreadsheetml.sheet": FileType("documents", ("xlsx",)),
    f"{_OFFICE}.presentationml.presentation": FileType("documents", ("pptx",)),
    f"{_OPEN}.text": FileType("documents", ("odt",)),
    f"{_OPEN}.spreadsheet": FileType("documents", ("ods",)),
    f"{_OPEN}.presentation": FileType("documents", ("odp",)),
    "application/zip": FileType("archives", ("zip",)),
    "application/gzip": FileType("archives", ("gz", "tgz")),
    "audio/mpeg": FileType("media", ("mp3",)),
    "audio/ogg": FileType("media", ("ogg", "oga", "opus")),
    "audio/wav": FileType("media", ("wav",)),
    "video/mp4": FileType("media", ("mp4", "m4a", "m4v", "mov")),
    "video/webm": FileType("media", ("webm",)),
}
GROUPS: tuple[Group, ...] = ("pictures", "documents", "archives", "media")
USUAL: tuple[Group, ...] = ("pictures", "documents")  # of a new site

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|%]+')  # separators, and characters with a meaning in some system or header
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)  # device names on Windows


def is_picture(media: str) -> bool:
    return media in TYPES and TYPES[media].group == "pictures"


def allowed(media: str, groups: Collection[Group]) -> bool:
    return media in TYPES and TYPES[media].group in groups


def accepted(groups: Collection[Group]) -> list[str]:
    """Return what a file dialog offers: pictures by type, so that phones offer the camera; all others by extension."""
    found = [(media, one) for media, one in TYPES.items() if one.group in groups]
    pictures = [media for media, _ in found if is_picture(media)]
    return pictures + [f".{ending}" for media, one in found if not is_picture(media) for ending in one.extensions]


def shown_name(declared: str, media: str) -> str:
    """Return the displayed name: one line, no path, nothing invisible, and an extension that fits the content."""
    name = _NOT_IN_NAMES.sub("_", safe_name(_last_part(declared), limit=4 * MOST_NAME)).strip(". ")
    stem, endings = _ENDING.sub("", name), TYPES[media].extensions
    declared_ending = name[len(stem) + 1 :].lower()
    ending = declared_ending if declared_ending in endings else endings[0]
    stem = _RESERVED.sub(r"_\1", stem)
    if stem.lower().endswith(f".{ending}"):
        stem = stem[: -len(ending) - 1]
    return f"{stem[: MOST_NAME - len(ending) - 1].strip('. ') or 'file'}.{ending}"


def _last_part(declared: str) -> str:
    return re.split(r"[\\/]", declared)[-1][: 4 * MOST_NAME].encode("utf-8", "replace").decode()
