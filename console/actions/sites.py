"""What may be done with sites."""

from console.domain.directory import Member, Site
from console.domain.permissions import require
from console.services import Services


async def save(services: Services, by: Member, site: Site) -> bool:
    """Add or change a site. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.sites.put(site, by=by))


async def remove(services: Services, by: Member, key: str) -> bool:
    """Remove a site; its open chats go on. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.sites.remove(key, by=by))
