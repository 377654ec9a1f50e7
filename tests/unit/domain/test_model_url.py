"""Which addresses a model may have."""

import re

import pytest

from console.domain.model_url import model_address, read_model_key, read_model_url


@pytest.mark.parametrize(
    ("url", "authority", "target"),
    [
        ("https://api.openai.com/v1", "api.openai.com", "/v1/chat/completions"),
        ("https://api.openai.com/v1/chat/completions", "api.openai.com", "/v1/chat/completions"),
        ("http://127.0.0.1:11434/v1/", "127.0.0.1:11434", "/v1/chat/completions"),
        ("http://localhost:8080", "localhost:8080", "/chat/completions"),
        ("http://ollama:11434/v1", "ollama:11434", "/v1/chat/completions"),
        ("http://gpu.internal/v1", "gpu.internal", "/v1/chat/completions"),
        ("http://[::1]:8080/v1", "[::1]:8080", "/v1/chat/completions"),
        ("http://10.1.2.3/v1", "10.1.2.3", "/v1/chat/completions"),
    ],
)
def test_it_is_a_base_url(url: str, authority: str, target: str) -> None:
    address = model_address(url)
    assert (address.authority, address.target) == (authority, target)
    assert read_model_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("api.openai.com/v1", "enter the base URL"),
        ("ftp://127.0.0.1/v1", "enter the base URL"),
        ("https://", "enter the base URL"),
        ("https://[x/v1", "enter the base URL"),
        ("https://x:99999/v1", "enter the base URL"),
        ("https://x.example/v1 \r\nX: y", "enter the base URL"),
        ("https://mödel.example/v1", "enter the base URL"),
        ("http://api.openai.com/v1", "write https://api.openai.com"),
        ("http://8.8.8.8/v1", "write https://8.8.8.8"),
        ("https://ada:hush@x.example/v1", "remove the user and password"),
        ("https://x.example/v1?key=hush", "without ? and #"),
    ],
)
def test_others_are_refused_without_showing_a_secret(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        read_model_url(url)
    assert "hush" not in str(refused.value)


def test_nothing_is_no_model() -> None:
    assert read_model_url("") == read_model_key("") == ""


@pytest.mark.parametrize("key", ["two words", "sk-hush\r\nX-More: 1", "sk-húsh"])
def test_a_key_is_what_a_header_can_carry(key: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as refused:
        read_model_key(key)
    assert key not in str(refused.value)
