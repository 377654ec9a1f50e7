"""What may be done with the team's preferences."""

from console.domain.directory import Member
from console.domain.permissions import require
from console.services import Services


async def set_away_reasons(services: Services, by: Member, reasons: tuple[str, ...]) -> bool:
    """What agents may choose from when they go away. Whether it is live already."""
    require(by, "configure")
    return await services.go_live(await services.stores.preferences.set_away_reasons(reasons, by=by))


async def set_watch_shown(services: Services, by: Member, *, shown: bool) -> bool:
    """Whether agents see who is watching their chats. Whether it is live already."""
    require(by, "administer")
    return await services.go_live(await services.stores.preferences.set_watch_shown(shown, by=by))
