"""A visitor is identified as a person whom the website vouches for: what applied to one applies to the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.actions.identification import Identification
from console.domain.blocks import DAY, Block, block_of
from console.domain.directory import Site
from console.domain.identity import SiteIdentity, person_id
from console.domain.ids import new_cid, new_id
from console.events import Visitor
from console.protocol import Page, SignedIdentity
from console.queue.payloads import VisitorProfile
from console.services import Services
from tests.support.archive_feed import quick_passwords
from tests.support.identities import SHARED, token_of
from tests.support.page_client import an_installation

SHOP = Site("demo", "Demo", "support", ("https://shop.example",), identity=SiteIdentity(keys=(SHARED,)))
VERA = person_id("demo", "42")


@pytest.fixture
async def services(
    tmp_path: Path, store_url: str, workspace_name: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    quick_passwords(monkeypatch)
    async with an_installation(tmp_path, store_url, workspace_name) as services:
        await services.go_live(await services.stores.sites.put(SHOP))
        yield services


async def signs_in_after_a_message(services: Services) -> None:
    """A stranger leaves a message, and Vera's identity claims it."""
    profile = VisitorProfile.of(Visitor("stranger"), Page())
    said = await services.workspace.leave_message(
        new_id(), queue="support", site="demo", channel="web", cid=new_cid(), profile=profile, text="Spam"
    )
    signed = SignedIdentity(jwt=token_of(), cid=new_cid(), began=True)
    token = services.visitor_tokens.sign("stranger", "demo")
    who = await Identification(services, SHOP, new_id()).identify(token, said.chat, signed)
    assert who.visitor == VERA


@pytest.mark.parametrize(
    ("theirs", "note"),
    [(None, "Spam"), (-1, "Spam"), (DAY, "Spam"), (30 * DAY, "Earlier")],
    ids=["none", "expired", "shorter", "longer"],
)
async def test_a_block_follows_to_a_person_unless_theirs_goes_on_for_longer(
    services: Services, theirs: int | None, note: str
) -> None:
    now = services.workspace.now()
    await services.go_live(await services.stores.blocks.put(Block("visitor", "stranger", now + 7 * DAY, note="Spam")))
    if theirs is not None:
        earlier = Block("visitor", VERA, now + theirs, note="Earlier")
        await services.go_live(await services.stores.blocks.put(earlier))
    await signs_in_after_a_message(services)
    assert {block.note for block in services.directory.blocks.values() if block.who == VERA} == {note}
    found = block_of(services.directory.blocks, VERA, "", now)
    assert found is not None
    assert found.until == now + max(7 * DAY, theirs or 0)


async def test_an_expired_block_follows_nobody(services: Services) -> None:
    now = services.workspace.now()
    await services.go_live(await services.stores.blocks.put(Block("visitor", "stranger", now - 1, note="Spam")))
    await signs_in_after_a_message(services)
    assert not [block for block in services.directory.blocks.values() if block.who == VERA]
