"""Whether agents see who watches their chats."""

from console.actions import preferences
from console.pages.settings.switch import Switches, routes_of

routes = routes_of(
    Switches(
        "watching",
        "administer",
        lambda known: {"shown": known.watch_shown},
        lambda services, by, on: preferences.set_watch_shown(services, by, shown=on["shown"]),
    )
)
