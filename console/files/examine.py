"""Examines one file in its own process: detects its type by its content, and re-encodes pictures.

`python -m console.files.examine FILE GROUP,...` writes one line of JSON: the type and a picture's size, or why the file
is refused. The picture is then in FILE.made and a small one in FILE.preview. The original is not kept, so whatever a
camera or a person hid in it is not kept either.
"""

import json
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from console.domain.shared_files import allowed, is_picture

MEMORY = 1_500 << 20  # bytes of address space; the largest picture takes a third of it
SECONDS = 20  # of CPU
MOST_PIXELS = 50_000_000
LONGEST = 4_096  # pixels of a side, at most
PREVIEW = 480  # pixels of a preview's longer side
MOST_FRAMES, MOST_MOVING = 300, 60_000_000  # frames, and pixels of all of them; beyond that only the first one is kept
MOST_ENTRIES = 20_000  # of a ZIP file
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
PIECE = 1 << 16
HEAD = 4_096  # bytes

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class NotTaken(Exception):
    """The file is refused; the text is the error's code."""


def examine(file: Path, groups: list[str]) -> dict[str, Any]:
    """Return type, width and height. Raises NotTaken."""
    media = type_of(file)
    if not allowed(media, groups):
        raise NotTaken("file_type")
    if not is_picture(media):
        return {"type": media, "width": 0, "height": 0}
    width, height = remake(file, media)
    return {"type": media, "width": width, "height": height}


# --- types ------------------------------------------------------------------------------------------


def type_of(file: Path) -> str:
    """Return the type by the content alone; empty if it is unknown."""
    with file.open("rb") as reading:
        head = reading.read(HEAD)
    found = next((media for at, sign, media in MAGIC if head.startswith(sign, at)), "")
    if found in ("image/webp", "audio/wav") and not head.startswith(b"RIFF"):
        return ""
    if found == "application/zip":
        return _zip_type(file)
    return found or ("text/plain" if _is_text(file, head) else "")


def _zip_type(file: Path) -> str:
    """Return the type of an office document, which is a ZIP file. Documents with macros are not accepted."""
    try:
        with zipfile.ZipFile(file) as found:
            names = found.namelist()
            if len(names) > MOST_ENTRIES or any(name.lower().endswith("vbaproject.bin") for name in names):
                return ""
            if names and names[0] == "mimetype" and found.getinfo("mimetype").file_size < 200:
                media = found.read("mimetype").decode("ascii", "replace").strip()
                return media if media.startswith("application/vnd.oasis.") else ""  # the content is free text
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return ""
    if "[Content_Types].xml" in names:
        return next((media for folder, media in OFFICE.items() if any(name.startswith(folder) for name in names)), "")
    return "application/zip"


def _is_text(file: Path, head: bytes) -> bool:
    """Whether it has no control characters, and does not begin as HTML, SVG and other XML do."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b""):
        return False
    controls = bytes(sign for sign in range(32) if sign not in b"\t\n\r\f") + b"\x7f"
    with file.open("rb") as reading:
        return all(piece.translate(None, controls) == piece for piece in iter(lambda: reading.read(PIECE), b""))


# --- pictures ---------------------------------------------------------------------------------------


def remake(file: Path, media: str) -> tuple[int, int]:
    """Re-encode the picture and its preview; return its size. Raises NotTaken if it is too large or broken."""
    kind = FORMATS[media]
    try:
        with Image.open(file, formats=[kind]) as found:
            if found.width * found.height > MOST_PIXELS:
                raise NotTaken("picture")
            first, frames = _frames(found, kind)
            _save(first, frames, kind, Path(f"{file}.made"))
            small = first.copy()
            small.thumbnail((PREVIEW, PREVIEW))
            _plain(small, alpha=True).save(f"{file}.preview", "WEBP", quality=75)
            return first.size
    except NotTaken:
        raise
    except Exception as problem:  # decoders raise almost any exception for broken files
        raise NotTaken("picture") from problem


def _frames(found: Image.Image, kind: str) -> tuple[Image.Image, list[tuple[Image.Image, int]]]:
    """Return the first frame, and all frames of an animated GIF with their durations (ms)."""
    frames = list(_moving(found)) if kind == "GIF" and getattr(found, "is_animated", False) else []
    if frames:
        return frames[0][0], frames
    if kind == "JPEG":
        found.draft("RGB", (LONGEST, LONGEST))  # decoded no larger than it is kept
    found.seek(0)
    return _upright(found), []


def _moving(found: Image.Image) -> Iterator[tuple[Image.Image, int]]:
    """Yield all frames; none if there are too many, so that the picture does not move."""
    for count, _ in enumerate(ImageSequence.Iterator(found), start=1):
        if count > MOST_FRAMES or count * found.width * found.height > MOST_MOVING:
            return
    for frame in ImageSequence.Iterator(found):
        yield _bare(frame.convert("RGBA")), int(frame.info.get("duration", 100))


def _upright(found: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(found)
    profile = found.info.get("icc_profile")
    if profile and turned.mode == "RGB":
        turned = _in_srgb(turned, profile)
    turned.thumbnail((LONGEST, LONGEST))
    return _bare(turned)


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB. Browsers get no profile, so the colours must be right without one."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _bare(picture: Image.Image) -> Image.Image:
    """Return the pixels only; metadata in `info` would be written again."""
    if picture.mode not in ("L", "LA", "RGB", "RGBA"):
        moved = picture.mode in ("P", "PA") and "transparency" in picture.info
        picture = picture.convert("RGBA" if moved or picture.mode in ("PA", "La", "RGBa") else "RGB")
    elif "transparency" in picture.info:
        picture = picture.convert("RGBA")
    made = Image.new(picture.mode, picture.size)
    made.paste(picture)
    return made


def _plain(picture: Image.Image, *, alpha: bool) -> Image.Image:
    seen = picture.mode in ("RGBA", "LA")
    return picture.convert("RGBA" if seen and alpha else "RGB")


def _save(first: Image.Image, frames: list[tuple[Image.Image, int]], kind: str, target: Path) -> None:
    if frames:
        rest, times = [frame for frame, _ in frames[1:]], [time for _, time in frames]
        first.save(target, "GIF", save_all=True, append_images=rest, duration=times, loop=0, disposal=2)
    elif kind == "JPEG":
        _plain(first, alpha=False).save(target, "JPEG", quality=88, optimize=True)
    elif kind == "WEBP":
        _plain(first, alpha=True).save(target, "WEBP", quality=88)
    else:
        first.save(target, kind)


def main(file: str, groups: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        found = examine(Path(file), groups.split(","))
    except NotTaken as refused:
        found = {"refused": str(refused)}
    except MemoryError:
        found = {"refused": "picture"}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
