"""Whether consoles suggest replies, and draft answers."""

from console.actions import preferences
from console.pages.settings.switch import Switches, routes_of

routes = routes_of(
    Switches(
        "suggestions",
        "configure",
        lambda known: {"suggested": known.suggestions, "drafts": known.drafts},
        lambda services, by, on: preferences.set_suggestions(services, by, on=on["suggested"], drafts=on["drafts"]),
    )
)
