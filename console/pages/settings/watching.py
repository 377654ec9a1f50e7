"""Whether agents see who watches their chats."""

from console.actions import preferences
from console.pages.settings.switch import Switch, routes_of

routes = routes_of(
    Switch(
        "watching",
        "shown",
        "administer",
        lambda known: known.watch_shown,
        lambda services, by, on: preferences.set_watch_shown(services, by, shown=on),
    )
)
