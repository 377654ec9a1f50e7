"""Sam writes a site's own texts around answers by mail, sees a preview, and finds errors beside their fields."""

import httpx
import pytest

from console.domain.directory import Site
from console.domain.mail_templates import MailTemplate
from console.services import Services
from tests.unit.settings.forms import faults, posted, saved

AT = "/settings/site/shop/mail"


@pytest.fixture(autouse=True)
async def shop(services: Services) -> None:
    site = Site("shop", "The shop", "support", ("https://shop.example",), locale="it")
    await services.go_live(await services.stores.sites.put(site))


async def test_own_texts_are_kept_per_language_and_the_rest_of_the_site_stays(
    services: Services, sam: httpx.AsyncClient
) -> None:
    fields = {"subject.en": "Your case", "greeting.en": "Dear {visitor},", "signature.it": "{agent}, {site}"}
    await saved(sam, AT, **{"subject.it": "", **fields})
    site = services.directory.sites["shop"]
    assert site.mails == (
        MailTemplate("en", "Your case", "Dear {visitor},"),
        MailTemplate("it", signature="{agent}, {site}"),
    )
    assert (site.name, site.origins, site.locale) == ("The shop", ("https://shop.example",), "it")
    await saved(
        sam, "/settings/site/shop", name="New name", queue="support", origins="https://shop.example", locale="it"
    )
    assert services.directory.sites["shop"].mails == site.mails


async def test_a_preview_shows_what_was_typed_and_saves_nothing(services: Services, sam: httpx.AsyncClient) -> None:
    page = (await posted(sam, AT, preview="1", **{"subject.en": "", "greeting.en": "Dear <b>{first_name}</b>,"})).text
    assert "Dear &lt;b&gt;Vera&lt;/b&gt;,\n\nYour parcel is on its way.\n\nAna\nThe shop" in page
    assert services.directory.sites["shop"].mails == ()


async def test_a_language_can_be_added(services: Services, sam: httpx.AsyncClient) -> None:
    page = (await posted(sam, AT, preview="1", add="French")).text
    assert 'name="subject.fr"' in page
    await saved(sam, AT, **{"subject.fr": "Bonjour"})
    assert services.directory.sites["shop"].mails == (MailTemplate("fr", "Bonjour"),)


async def test_what_is_wrong_is_said_at_once_and_nothing_is_saved(services: Services, sam: httpx.AsyncClient) -> None:
    typed = {"subject.en": "x" * 151, "greeting.en": "Dear {name},", "signature.en": "y" * 1_001}
    answer = await posted(sam, AT, **typed)
    assert answer.status_code == 400
    assert faults(answer.text) == [
        "Enter at most 150 characters.",
        "{name} is not a placeholder. Use {visitor}, {first_name}, {agent}, {site}.",
        "Enter at most 1000 characters.",
    ]
    assert "Dear {name}," in answer.text
    assert services.directory.sites["shop"].mails == ()
