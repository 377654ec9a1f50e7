"""Addresses of mail servers: what is valid, and no password in an error or in the clear."""

import pytest

from console.domain.mail import sender_of
from console.domain.mail_server import smtp_server


def test_smtp_begins_with_tls_or_goes_over_to_it() -> None:
    assert smtp_server("smtps://u:p@mail.example.com")[:6] == ("mail.example.com", 465, "u", "p", True, False)
    assert smtp_server("smtp://u:p%40ss@mail.example.com")[:6] == ("mail.example.com", 587, "u", "p@ss", False, True)
    assert smtp_server("smtp://127.0.0.1:25?tls=none")[:6] == ("127.0.0.1", 25, "", "", False, False)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://u:s3/cret@mail.example.com",
        "smtp://u:s3cret@mail.example.com?tls=none",
        "smtps://u:s3cret@127.0.0.1?tls=none",
        "smtp://u@mail.example.com",
        "smtp://mail.example.com?starttls=0",
        "smtp://mail.example.com:99999",
        "smtp://u:s3cret@mail.example.com\r\nX",
    ],
)
def test_what_cannot_be_right_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        smtp_server(url)
    assert "s3" not in str(refused.value)


def test_a_sender_has_one_address() -> None:
    assert sender_of("Lana <help@lana.example>") == ("Lana", "help@lana.example")
    assert sender_of("help@lana.example") == ("", "help@lana.example")
    for wrong in ("Lana", "a@b.com, c@d.com", "Lana <a@b.com>\r\nBcc: <c@d.com>", "L <a@b.com> <c@d.com>"):
        with pytest.raises(ValueError, match="enter an address"):
            sender_of(wrong)
