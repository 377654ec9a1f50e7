"""Sites in SQL."""

from msgspec.structs import replace

from console.archive.audit import COMMAND_LINE, Somebody
from console.archive.directory_store import DirectoryStore, must_be_as_seen, must_exist
from console.domain.directory import Directory, Site

NO_SITE = "Site not found."


class SiteStore:
    def __init__(self, directory: DirectoryStore) -> None:
        """Adds, changes and removes sites."""
        self.directory = directory

    async def put(self, site: Site, *, seen: Site | None = None, by: Somebody = COMMAND_LINE) -> Directory:
        """Add or change a site."""

        def wanted(known: Directory) -> Directory:
            must_be_as_seen(known.sites.get(site.key), seen)
            return replace(known, sites={**known.sites, site.key: site})

        return await self.directory.change(wanted, by, f"site:{site.key}")

    async def remove(self, key: str, *, by: Somebody = COMMAND_LINE) -> Directory:
        """Remove a site. Its widget opens no more chats; open chats continue. Raises NotYours if there is none."""

        def wanted(known: Directory) -> Directory:
            must_exist(key in known.sites, NO_SITE)
            return replace(known, sites={id: one for id, one in known.sites.items() if id != key})

        return await self.directory.change(wanted, by, f"site:{key}")
