"""The settings: a file a noun, each with its routes."""

from console.pages.settings import (
    alerts,
    away,
    canned,
    changes,
    members,
    overview,
    password,
    queues,
    replies,
    retention,
    sites,
    watching,
)

routes = [
    *overview.routes,
    *members.routes,
    *queues.routes,
    *sites.routes,
    *canned.routes,
    *away.routes,
    *watching.routes,
    *alerts.routes,
    *retention.routes,
    *changes.routes,
    *password.routes,
    *replies.routes,
]
