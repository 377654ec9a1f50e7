"""A file's type, by its content alone: disguised files, polyglots, bombs, and hidden data of cameras."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from console.domain.shared_files import GROUPS, shown_name
from console.errors import BrokenPicture, FilesBusy, WrongFileType
from console.files.examine import NotTaken, examine
from console.files.examiner import Examiner
from tests.support.sent_files import PDF, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EVERYTHING = list(GROUPS)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


def written(folder: Path, content: bytes) -> Path:
    file = folder / "file"
    file.write_bytes(content)
    return file


def zipped(*names: str, mimetype: str = ODT) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, mimetype if name == "mimetype" else "x")
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as this."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (PDF, "application/pdf"),
        (b"a;b\r\n1;2\r\n", "text/plain"),
        (b"GIF8;alert(1) and then %PDF-1.7", "text/plain"),
        ("Größe\tÄ\n".encode("latin-1"), "text/plain"),
        (zipped("[Content_Types].xml", "word/document.xml"), DOCX),
        (zipped("mimetype", "content.xml"), ODT),
        (zipped("a.txt"), "application/zip"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 40, "video/mp4"),
    ],
)  # fmt: skip
def test_a_type_is_read_from_the_content(tmp_path: Path, content: bytes, media: str) -> None:
    assert examine(written(tmp_path, content), EVERYTHING)["type"] == media


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"\xef\xbb\xbf  <!doctype html><script>alert(1)</script>",
        b"<?xml version='1.0'?>" + SVG,
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\x02\x01\x01",
        b"hello\0world",
        b"RIFF\0\0\0\0AVI ",
        b"XXXX\0\0\0\0WEBP",
        zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        zipped("[Content_Types].xml", "other/x"),
        b"PK\x03\x04 no archive at all",
        zipped("mimetype", "evil.js", mimetype="application/pdf"),
        zipped("mimetype", "evil.js", mimetype="text/plain"),
        zipped("mimetype", "evil.js", mimetype="image/png"),
    ],
)
def test_what_is_not_on_the_list_is_refused_whatever_it_looks_like(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NotTaken, match="file_type"):
        examine(written(tmp_path, content), EVERYTHING)


def test_a_site_gets_only_what_it_allows(tmp_path: Path) -> None:
    with pytest.raises(NotTaken, match="file_type"):
        examine(written(tmp_path, PDF), ["pictures"])


def test_a_photo_is_turned_upright_and_loses_place_device_and_what_was_hidden_behind_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    photo = picture("JPEG", (640, 400), exif=exif, comment=b"SecretComment") + zipped("evil.js") + SVG
    file = written(tmp_path, photo)
    found = examine(file, EVERYTHING)
    assert (found["width"], found["height"]) == (400, 640)
    for made in (Path(f"{file}.made"), Path(f"{file}.preview")):
        kept = made.read_bytes()
        assert not [word for word in (b"Secret", b"evil.js", b"<script", b"Exif") if word in kept]
    with Image.open(f"{file}.preview") as small:
        assert max(small.size) == 480


def test_a_png_loses_its_texts_and_keeps_its_transparency(tmp_path: Path) -> None:
    made = io.BytesIO()
    seen = Image.new("P", (20, 10))
    seen.info["transparency"] = 0
    seen.save(made, "PNG", transparency=0)
    file = written(tmp_path, made.getvalue())
    examine(file, EVERYTHING)
    with Image.open(f"{file}.made") as kept:
        assert kept.mode == "RGBA"
        assert kept.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_a_gif_moves_and_its_preview_stands_still(tmp_path: Path) -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:], duration=[100, 200, 300], comment=b"Secret")
    file = written(tmp_path, made.getvalue())
    examine(file, EVERYTHING)
    with Image.open(f"{file}.made") as kept, Image.open(f"{file}.preview") as small:
        assert (kept.n_frames, small.n_frames) == (3, 1)  # type: ignore[attr-defined]
    assert b"Secret" not in Path(f"{file}.made").read_bytes()


@pytest.mark.parametrize(
    "content", [claiming(60_000, 60_000), claiming(7_072, 7_072), picture("PNG")[:200], b"\xff\xd8\xff\xe0", b"GIF89a"]
)
async def test_bombs_and_broken_pictures_are_refused_in_a_process_of_their_own(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BrokenPicture):
        await Examiner().examine(written(tmp_path, content), EVERYTHING)


async def test_a_picture_that_waits_too_long_for_the_machine_may_be_sent_again(tmp_path: Path) -> None:
    with pytest.raises(FilesBusy):
        await Examiner(limit=0.01).examine(written(tmp_path, picture()), EVERYTHING)
    assert (await Examiner().examine(written(tmp_path, picture()), EVERYTHING)).type == "image/png"


async def test_a_lie_about_the_type_is_seen_through_in_that_process_too(tmp_path: Path) -> None:
    with pytest.raises(WrongFileType):
        await Examiner().examine(written(tmp_path, SVG), EVERYTHING)


@pytest.mark.parametrize(
    ("declared", "media", "shown"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        (r"C:\Users\Vera\bill.pdf", "application/pdf", "bill.pdf"),
        ("bill.pdf.exe", "application/pdf", "bill.pdf"),
        ("page.html", "text/plain", "page.txt"),
        ("table.CSV", "text/plain", "table.csv"),
        ("photo\u202egpj.exe", "image/png", "photogpj.png"),
        ("a\r\nSet-Cookie: x=1.pdf", "application/pdf", "a Set-Cookie_ x=1.pdf"),
        ("", "image/png", "file.png"),
        ("....", "image/png", "file.png"),
        ("\u200b\u2066", "image/png", "file.png"),
        ("con.txt", "text/plain", "_con.txt"),
        ("4111 1111 1111 1111.pdf", "application/pdf", "•••• •••• •••• 1111.pdf"),
        ("\ud800.pdf", "application/pdf", "_.pdf"),
        ("ملف.pdf", "application/pdf", "ملف.pdf"),
        ("x" * 5_000 + ".pdf", "application/pdf", "x" * 96 + ".pdf"),
    ],
)
def test_names_lose_what_leads_astray_and_get_an_ending_that_fits(declared: str, media: str, shown: str) -> None:
    assert shown_name(declared, media) == shown
