"""Actions on the team's preferences."""

from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services


async def set_away_reasons(services: Services, by: Member, reasons: tuple[str, ...]) -> bool:
    """Set the reasons agents can choose when going away. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.preferences.set_away_reasons(reasons, by=by))


async def set_watch_shown(services: Services, by: Member, *, shown: bool) -> bool:
    """Set whether agents see who watches their chats. Return whether it is live already."""
    require(by, "administer")
    return await services.go_live(await services.stores.preferences.set_watch_shown(shown, by=by))


async def set_suggestions(services: Services, by: Member, *, on: bool, drafts: bool) -> bool:
    """Set whether consoles suggest replies, and whether a model drafts answers. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.preferences.set_suggestions(on, drafts, by=by))


async def set_breathers(services: Services, by: Member, most: int) -> bool:
    """Set how many breathers an agent may take within an hour. Return whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.preferences.set_breathers(most, by=by))
