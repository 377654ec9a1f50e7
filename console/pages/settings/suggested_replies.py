"""Whether consoles suggest replies."""

from console.actions import preferences
from console.pages.settings.switch import Switch, routes_of

routes = routes_of(
    Switch(
        "suggestions",
        "suggested",
        "configure",
        lambda known: known.suggestions,
        lambda services, by, on: preferences.set_suggestions(services, by, on=on),
    )
)
