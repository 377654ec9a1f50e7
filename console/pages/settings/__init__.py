"""The settings: a file a noun, each with its routes."""

from console.pages.settings import away, canned, changes, members, overview, queues, replies, retention, sites

routes = [
    *overview.routes,
    *members.routes,
    *queues.routes,
    *sites.routes,
    *canned.routes,
    *away.routes,
    *retention.routes,
    *changes.routes,
    *replies.routes,
]
