"""URLs of store and database are shown without passwords, also malformed ones."""

import pytest

from console.domain.service_urls import read_database_url, read_store_url, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://ada:hush@10.0.0.7:6379/0", "redis://ada:***@10.0.0.7:6379/0"),
        ("redis://:hush@10.0.0.7", "redis://:***@10.0.0.7"),
        ("redis://hush@10.0.0.7", "redis://***@10.0.0.7"),
        ("redis://:hu/sh@ hush?@10.0.0.7:6379", "redis://:***@10.0.0.7:6379"),
        ("redis:/:hush@10.0.0.7", "redis:***@10.0.0.7"),
        ("ada:hush@10.0.0.7", "ada:***@10.0.0.7"),
        ("unix:///run/valkey.sock?db=1&password=hush", "unix:///run/valkey.sock?db=1&password=***"),
        ("postgresql+asyncpg://db/x?user=ada&sslpassword=hush#hush", "postgresql+asyncpg://db/x?user=ada&sslpassword=***#hush"),
        ("redis://10.0.0.7:6379/0", "redis://10.0.0.7:6379/0"),
        ("sqlite:////srv/sestetto.db", "sqlite:////srv/sestetto.db"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize("url", ["", "redis://h", "rediss://:hush@h:6380/0", "unix:///run/valkey.sock"])
def test_a_store_s_address_is_taken_as_it_is(url: str) -> None:
    assert read_store_url(url) == url


@pytest.mark.parametrize("url", ["", "sqlite:///x.db", "postgresql://ada@h/x", "postgresql+asyncpg://ada:hush@h:1/x"])
def test_a_database_s_address_is_taken_as_it_is(url: str) -> None:
    assert read_database_url(url) == url


@pytest.mark.parametrize("url", ["hush", "h:6379", "http://hush@h", "redis://", "redis://h:hush", "redis://:hu/sh@h"])
def test_what_is_no_store_s_address_is_refused_without_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="redis://127") as problem:
        read_store_url(url)
    assert "hush" not in str(problem.value)


@pytest.mark.parametrize("url", ["hush", "mysql://ada:hush@h/x", "postgresql://ada:hu#sh@h/x", "redis://h"])
def test_what_is_no_database_s_address_is_refused_without_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://sestetto") as problem:
        read_database_url(url)
    assert "hush" not in str(problem.value)
