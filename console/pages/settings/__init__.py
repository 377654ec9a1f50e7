"""The settings pages: one file per noun, each with its routes."""

from console.pages.settings import (
    alerts,
    blocked,
    breathers,
    canned,
    exports,
    imports,
    integrations,
    invitations,
    mail,
    members,
    notifications,
    password,
    providers,
    queues,
    retention,
    second_factor,
    sessions,
    sign_in,
    site_greetings,
    site_identity,
    site_mails,
    site_questions,
    sites,
    suggested_replies,
    tokens,
    watching,
    webhooks,
)
from console.pages.settings import (
    audit_log as changes,
)
from console.pages.settings import (
    away_reasons as away,
)
from console.pages.settings import (
    canned_replies_json as replies,
)
from console.pages.settings import (
    setup as overview,
)

routes = [
    *overview.routes,
    *invitations.routes,
    *members.routes,
    *queues.routes,
    *sites.routes,
    *site_mails.routes,
    *site_identity.routes,
    *site_questions.routes,
    *site_greetings.routes,
    *canned.routes,
    *away.routes,
    *breathers.routes,
    *suggested_replies.routes,
    *watching.routes,
    *blocked.routes,
    *alerts.routes,
    *mail.routes,
    *integrations.routes,
    *webhooks.routes,
    *imports.routes,
    *retention.routes,
    *exports.routes,
    *changes.routes,
    *password.routes,
    *second_factor.routes,
    *sessions.routes,
    *notifications.routes,
    *sign_in.routes,
    *tokens.routes,
    *providers.routes,
    *replies.routes,
]
