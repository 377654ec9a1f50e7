"""Mails from outside become plain text, whatever they contain; an unreadable one is reported soon."""

import base64
from contextlib import suppress
from email.message import EmailMessage, Message
from typing import Any

import pytest

from console.domain.mail_quotes import without_history
from console.mail.html_text import text_of_html
from console.mail.reading import LARGEST, MOST_PARTS, UnreadableMail, read_mail

HEAD = b"From: Vera <Vera@Example.com>\r\nTo: help@lana.example\r\nMessage-ID: <m1@example.com>\r\n"


def mail(text: str = "Yes, please.", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = "Vera <vera@example.com>"
    made["Message-ID"] = "<m1@example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def test_a_reply_is_what_she_wrote_without_what_she_quotes() -> None:
    read = read_mail(
        mail("Yes, please.\n\nOn Mon, 30 Nov 2026 at 10:00, Ana <help@lana.example> wrote:\n> Shall we?\n")
    )
    assert (read.text, read.sender, read.message_id, read.automatic) == (
        "Yes, please.",
        "vera@example.com",
        "m1@example.com",
        False,
    )


@pytest.mark.parametrize(
    "history",
    [
        "Il giorno lun 30 nov 2026 Ana <help@lana.example> ha scritto:\n> Ciao",
        "Am 30.11.2026 schrieb Ana:\n> Hallo",
        "Le lun. 30 nov. 2026 à 10:00, Ana <help@lana.example> a écrit :\n> Bonjour",
        "On Monday the 30th of November, a very long name indeed\n<help@lana.example> wrote:\n> Hi",
        "-----Original Message-----\nFrom: Ana",
        "________________________________\nFrom: Ana <help@lana.example>\nSent: Monday",
        "From: Ana <help@lana.example>\nSent: Monday\nTo: Vera\nSubject: Hi",
        "-- \nVera Rossi\nVia Roma 1",
        "> quoted\n> more",
    ],
)
def test_the_history_of_common_programs_is_cut(history: str) -> None:
    assert without_history(f"Yes.\n\n{history}\n") == "Yes."


def test_what_only_looks_like_history_stays() -> None:
    text = "On the box somebody wrote 'fragile'.\nFrom: here to there\nis far"
    assert without_history(text) == text
    assert without_history("> only a quotation") == "> only a quotation", "rather that than nothing"
    assert without_history("Below.\n> Shall we?\nYes, on Monday.") == "Below.\nYes, on Monday."


def test_html_becomes_text_and_its_scripts_and_quotes_are_gone() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>Yes,&nbsp;please &lt;b&gt;</p>"
        "<script>alert(1)</script><img src=x onerror=alert(1)><div>Monday<br>Tuesday</div>"
        "<div class='gmail_quote'>On Monday <blockquote>Shall we?</blockquote></div></body></html>"
    )
    text = text_of_html(html)
    assert "alert" not in text
    assert "Shall we" not in text
    assert text.split("\n")[0] == "Yes, please <b>"
    assert text.endswith("Monday\nTuesday")


def test_a_mail_of_html_alone_is_read() -> None:
    made = EmailMessage()
    made["From"] = "vera@example.com"
    made.set_content("<p>Hello <b>you</b></p>", subtype="html")
    assert read_mail(made.as_bytes()).text == "Hello you"


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-2", "Żółć".encode("iso-8859-2"), "Żółć"),
        ("gb2312", "你好".encode("gb2312"), "你好"),
        ("x-unknown", "Ciao è".encode(), "Ciao è"),
        ("hex", b"48", "48"),
        ("rot13", b"Hello", "Hello"),
        ("utf-8", b"caf\xe9 \xff", "caf\ufffd \ufffd"),
        ("", b"Hi", "Hi"),
    ],
)
def test_odd_charsets_are_read_as_far_as_they_go(charset: str, data: bytes, text: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\r\n".encode()
    body = base64.b64encode(data)
    assert read_mail(HEAD + kind + b"Content-Transfer-Encoding: base64\r\n\r\n" + body).text == text


def test_attachments_are_named_and_not_read() -> None:
    made = EmailMessage()
    made["From"] = "vera@example.com"
    made.set_content("See this")
    made.add_attachment(b"MZ\x90", maintype="application", subtype="x-dosexec", filename="in voice.exe")
    read = read_mail(made.as_bytes())
    assert read.text.startswith("See this\n")
    assert "MZ" not in read.text
    assert "in voice.exe" in read.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X-Autoreply": "yes"},
        {"Return-Path": "<>"},
        {"List-Id": "<shop.example>"},
    ],
)
def test_what_no_person_wrote_is_known_as_such(headers: dict[str, str]) -> None:
    assert read_mail(mail("I am away", **headers)).automatic
    assert not read_mail(mail("I am here", **{"Auto-Submitted": "no"})).automatic


def test_a_bounce_is_no_reply() -> None:
    bounce = HEAD.replace(b"Vera@Example.com", b"MAILER-DAEMON@example.com") + b"\r\nUndelivered"
    assert read_mail(bounce).automatic


ONE_PART = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\nHi\r\n"
    for level in range(depth):
        mark = f"b{level}".encode()
        head = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n"
        inner = head + b"--" + mark + b"\r\n" + inner + b"\r\n--" + mark + b"--\r\n"
    return HEAD + inner


@pytest.mark.parametrize(
    "raw",
    [
        nested(5_000),
        HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\nHi",
        HEAD + b"\r\n" + b"x" * LARGEST,
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 500,
        HEAD + b'Content-Type: text/plain; a="' + b";" * 5_000 + b"\r\n\r\nHi",
        ONE_PART + b'Content-Disposition: attachment; a="' + b";" * 9_000_000 + b"\r\n\r\nHi",
    ],
    ids=["nested", "headers", "large", "parts", "quadratic", "quadratic part"],
)
def test_what_is_too_much_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableMail):
        read_mail(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"\xff\xfe\x00garbage",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        HEAD + b'Content-Type: text/plain; charset="\r\n\r\nHi',
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
        HEAD + b"Subject: =?utf-8?q?=FF=FE?=\r\n\r\nHi",
        HEAD + b"Content-Type: message/rfc822\r\n\r\nFrom: x\r\n\r\nInner",
        nested(20),
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a " * 130_000,
        HEAD + b"Content-Type: text/html\r\n\r\n<blockquote>" + b"<b>" * 100_000 + b"</i>" * 10_000,
    ],
)
def test_broken_mails_are_read_or_refused_and_never_crash(raw: bytes) -> None:
    with suppress(UnreadableMail):
        assert isinstance(read_mail(raw).text, str)


def test_no_more_parts_are_made_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Message] = []
    begin = Message.__init__

    def count(part: Message, policy: Any) -> None:
        made.append(part)
        begin(part, policy)

    monkeypatch.setattr(Message, "__init__", count)
    with pytest.raises(UnreadableMail):
        read_mail(ONE_PART + b"\r\nHi\r\n--b\r\n" * 3_000)
    assert len(made) <= MOST_PARTS + 2


def test_two_senders_are_none() -> None:
    assert read_mail(HEAD.replace(b"Vera <Vera@Example.com>", b"a@b.com, vera@example.com") + b"\r\nHi").sender == ""
    assert read_mail(HEAD + b"From: mallory@example.com\r\n\r\nHi").sender == "", "twice From is nobody"
