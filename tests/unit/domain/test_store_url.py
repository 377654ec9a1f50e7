"""Addresses of Sentinels and clusters: all parts are read, and errors do not contain the password."""

import re

import pytest

from console.domain.service_urls import read_store_url, without_password
from console.domain.store_url import Login, StoreUrl, read_asked_url


def test_the_address_of_sentinels_has_hosts_name_users_and_certificates() -> None:
    url = (
        "rediss+sentinel://ada:h%40sh@one,two:5000,[::1]:26380/shop"
        "?db=2&sentinel_username=sam&sentinel_password=quiet&ssl_ca_certs=/etc/ca.pem&ssl_check_hostname=no"
    )
    assert read_store_url(url) == url
    assert read_asked_url(url) == StoreUrl(
        mode="sentinel",
        nodes=(("one", 26379), ("two", 5000), ("::1", 26380)),
        name="shop",
        db=2,
        login=Login("ada", "h@sh"),
        sentinel_login=Login("sam", "quiet"),
        tls={"ssl_ca_certs": "/etc/ca.pem", "ssl_check_hostname": False},
    )


def test_the_address_of_a_cluster_has_hosts_and_a_user() -> None:
    found = read_asked_url("redis+cluster://:hush@one:7000,[fe80::1]")
    assert found == StoreUrl(
        "cluster", (("one", 7000), ("fe80::1", 6379)), "", 0, Login("", "hush"), Login("", ""), None
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis+sentinel://h", "with the name that the Sentinels monitor"),
        ("redis+sentinel://h/", "with the name that the Sentinels monitor"),
        ("redis+sentinel:///shop", "with the name that the Sentinels monitor"),
        ("redis+sentinel://h:0/shop", "with the name that the Sentinels monitor"),
        ("redis+sentinel://h,/shop", "with the name that the Sentinels monitor"),
        ("redis+sentinel://ada:hu/sh@h/shop", "in user, password and name, write / as %2F"),
        ("redis+sentinel://h/shop?sentinel_pasword=hush", 'there is no option "sentinel_pasword"'),
        ("redis+sentinel://h/shop?db=hush", "db must be a number"),
        ("redis+cluster://h/0", "with some of the cluster's nodes"),
        ("redis+cluster://:hush@", "with some of the cluster's nodes"),
        ("redis+cluster://h?db=1", 'there is no option "db"'),
        ("redis+cluster://h?ssl_ca_certs=ca.pem", "ssl_ca_certs is for rediss+cluster://"),
        ("rediss+sentinel://h/shop?ssl_cert_reqs=some", "ssl_cert_reqs must be required, optional or none"),
        ("redis+other://h", "enter one of redis+sentinel"),
    ],
)
def test_what_is_wrong_with_such_an_address_is_said_without_its_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as problem:
        read_store_url(url)
    assert "hush" not in str(problem.value)


def test_such_an_address_is_shown_without_its_passwords() -> None:
    url = "redis+sentinel://ada:hush@one,two/shop?sentinel_username=sam&sentinel_password=hush&db=1"
    shown = "redis+sentinel://ada:***@one,two/shop?sentinel_username=sam&sentinel_password=***&db=1"
    assert without_password(url) == shown
