"""Where alerts may be sent, which destinations are refused, and which parts of one are never shown."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.address_policy import hide, may_reach, read_networks, scheme_of, what_is_wrong

PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.0.10",
        "169.254.169.254",  # the metadata of most clouds
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",  # IPv4 in IPv6, in each of its ways
        "::ffff:a00:1",
        "::127.0.0.1",
        "2002:7f00:1::1",
        "2002:c0a8:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_no_alert_goes_to_an_address_of_its_own_network(address: str) -> None:
    assert not may_reach(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_alerts_go_to_public_addresses(address: str) -> None:
    assert may_reach(address)


@pytest.mark.parametrize(
    "name", ["localhost", "chat.example", "2130706433", "0x7f.1", "127.1", "", "/run/socket", "[::1]"]
)
def test_a_name_or_an_address_in_disguise_is_never_judged_as_one(name: str) -> None:
    """What is judged is where a connection goes, after every look-up."""
    assert not may_reach(name)


def test_a_private_network_that_is_named_may_be_reached_and_no_other() -> None:
    networks = read_networks("10.1.2.0/24, 192.168.7.9")
    assert networks == ("10.1.2.0/24", "192.168.7.9/32")
    assert may_reach("10.1.2.200", networks)
    assert may_reach("::ffff:10.1.2.200", networks)
    assert may_reach("192.168.7.9", networks)
    assert not may_reach("10.1.3.1", networks)
    assert not may_reach("169.254.169.254", networks)
    assert not may_reach("127.0.0.1", networks)


@pytest.mark.parametrize("text", ["10.1.2.0/33", "chat.internal", "10.1.2.3/24", "10.0.0.0/8;127.0.0.1"])
def test_an_invalid_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a network"):
        read_networks(text)


@given(st.sampled_from(PRIVATE), st.integers(0, 2**24), st.sampled_from(["{}", "::ffff:{}", "::{}", "64:ff9b::{}"]))
def test_no_way_of_writing_a_private_address_makes_it_public(network: str, offset: int, way: str) -> None:
    inside = ipaddress.IPv4Network(network)
    address = str(inside[offset % inside.num_addresses])
    assert not may_reach(str(ipaddress.ip_address(way.format(address))))


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_the_same_wherever_it_hides(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    mapped, six = f"::ffff:{plain}", str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80)))
    assert may_reach(str(plain)) == may_reach(mapped) == may_reach(six)


@pytest.mark.parametrize(
    "url",
    [
        "mailto://u:p@shop.example?from=Sam%0d%0aBcc:everybody@else.example",
        "mailto://u:p@shop.example?from=Sam%250d%250aBcc:everybody@else.example",
        "mailto://u:p@shop.example?from=Sam\r\nBcc: everybody@else.example",
        "json://chat.example/?+X-Header=a%0ab",
        "json://chat.example/\x00",
        "json://chat.example/%E2%80%A8",
        "json://chat.example/\u202ehook",
        "json://chat.example/" + "x" * 2_000,
        "syslog://",
        "syslog://local",
        "dbus://desk",
        "file:///etc/passwd",
        "windows://here",
        "javascript:alert(1)",
        "chat.example/hook",
        "://x",
        "",
    ],
)
def test_what_can_be_no_destination_is_refused_whatever_it_means(url: str) -> None:
    assert what_is_wrong(url)


@pytest.mark.parametrize(
    "url", ["slack://a/b/c/#team", "mailto://user:p%40ss@shop.example?to=sam@shop.example", "jsons://chat.example/hook"]
)
def test_what_may_be_a_destination_is_not(url: str) -> None:
    assert what_is_wrong(url) == ""


def test_a_scheme_is_what_stands_before_the_colon_and_slashes() -> None:
    assert [scheme_of(url) for url in ("Slack://x", "mailto:x", "a b://x", "x://")] == ["slack", "", "", ""]


def test_nothing_of_an_address_but_what_is_shown_stands_in_a_detail() -> None:
    url = "jsons://sam:hunter2@chat.example:8443/hooks/T0KEN-of-the-hook?+Authorization=Bearer%20abc%2Fdef&to=team"
    said = (
        "POST https://sam:hunter2@chat.example:8443/hooks/T0KEN-of-the-hook failed for Bearer abc/def "
        "(hunter2, T0KEN-of-the-hook): error=500"
    )
    hidden = hide(said, url, "jsons://chat.example:8443/…")
    for secret in ("hunter2", "T0KEN", "abc/def", "Bearer abc"):
        assert secret not in hidden
    assert "chat.example" in hidden
    assert "error=500" in hidden


@given(st.text(st.characters(categories=["L", "N"], max_codepoint=0x24F), min_size=6, max_size=30))
def test_a_secret_in_a_path_is_hidden_whatever_it_is(secret: str) -> None:
    assert secret not in hide(
        f"could not reach /hook/{secret}/x", f"json://h.example/hook/{secret}/x", "json://h.example/…"
    )
