"""Actions on sites."""

from console.domain.directory import Member, Site
from console.domain.permissions import require
from console.services import Services


async def read_all(services: Services, by: Member) -> dict[str, Site]:
    """Return all sites as SQL has them, by key."""
    require(by, "configure")
    return (await services.stores.directory.read()).sites


async def save(services: Services, by: Member, site: Site, *, seen: Site | None = None) -> bool:
    """Add or change a site. Return whether it is live already. ChangedMeanwhile if it is not as it was `seen`."""
    require(by, "configure")
    return await services.go_live(await services.stores.sites.put(site, seen=seen, by=by))


async def remove(services: Services, by: Member, key: str) -> bool:
    """Remove a site; its open chats go on. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.sites.remove(key, by=by))
