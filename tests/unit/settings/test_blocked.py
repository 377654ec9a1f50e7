"""Sam blocks an address in the settings, all members see the block, and a block can be lifted."""

import httpx

from console.services import Services
from tests.unit.settings.forms import faults, posted, saved

AT = "/settings/blocked"


async def test_an_address_is_blocked_until_a_day_and_the_audit_log_says_by_whom(
    services: Services, sam: httpx.AsyncClient
) -> None:
    page = await saved(sam, AT, kind="address", who="198.51.100.7", days="7", note="Spam")
    assert "Blocked. It applies now." in page
    assert "198.51.100.7" in page
    (block,) = services.directory.blocks.values()
    assert (block.key, block.by, block.note) == ("address:198.51.100.7", "Sam", "Spam")
    assert block.until - block.since == 7 * 86_400_000
    changes = (await sam.get("/settings/changes")).text
    assert "198.51.100.7" in changes
    assert "Spam" in changes


async def test_an_ipv6_address_blocks_its_network(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, AT, kind="address", who="2001:db8:1:2::7", days="1", note="")
    assert list(services.directory.blocks) == ["address:2001:db8:1:2::/64"]


async def test_what_is_no_address_is_said_beside_the_field(services: Services, sam: httpx.AsyncClient) -> None:
    page = (await posted(sam, AT, kind="address", who="the shop", days="1", note="")).text
    assert faults(page) == ["Enter an IP address, such as 203.0.113.7."]
    assert services.directory.blocks == {}


async def test_a_length_that_nobody_offers_is_refused(services: Services, sam: httpx.AsyncClient) -> None:
    answer = await posted(sam, AT, kind="address", who="198.51.100.7", days="9999", note="")
    assert answer.status_code == 400
    assert services.directory.blocks == {}


async def test_a_block_is_lifted(services: Services, sam: httpx.AsyncClient) -> None:
    await saved(sam, AT, kind="visitor", who="mallory", days="1", note="")
    page = await saved(sam, AT, to=f"{AT}/lift", kind="visitor", who="mallory")
    assert "Nobody is blocked." in page
    assert services.directory.blocks == {}
    assert "Block lifted" in (await sam.get("/settings/changes")).text


async def test_agents_do_not_block_in_the_settings(services: Services, ana: httpx.AsyncClient) -> None:
    assert (await ana.get(AT)).status_code == 403
