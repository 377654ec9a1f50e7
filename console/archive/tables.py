"""Every table. Times are ms since 1970; `words` columns hold folded text for searching (see `search_words`).

The search index is not here: each database has its own kind (`search_index`). `facts` is the record: one row per fact,
identified by the feed's id, so storing an entry twice makes one row. `chats` is what the facts of a chat add up to.
`raw`, `words` and the search index are the only places with what people wrote, so erasing something changes exactly
those.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from console.domain.directory import QueueSetting, queue_default, queue_settings

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the directory -------------------------------------------------------------------------

sites = Table(
    "sites",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("origins", JSON, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("typing_preview", Boolean, nullable=False),
    Column("privacy_url", Text, nullable=False),
    Column("accent", String(64), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("queues", JSON, nullable=False, server_default="[]"),  # those a page may ask for beside its own
    Column("remember_days", Integer, nullable=False, server_default="30"),
    Column("mails", JSON, nullable=False, server_default="[]"),  # own texts around answers by mail
    Column("files", JSON, nullable=False, server_default="[]"),  # groups of types; none: no files
    Column("file_size", Integer, nullable=False, server_default="10"),  # MB
    Column("identity", JSON, nullable=False, server_default="{}"),  # keys (some are secrets), rules, enforcement
    Column("formatting", Boolean, nullable=False, server_default=true()),
    Column("emoji", Boolean, nullable=False, server_default=true()),
    Column("questions", JSON, nullable=False, server_default="{}"),  # asked before a chat
    Column("greetings", JSON, nullable=False, server_default="[]"),  # shown beside the launcher
)

refused_origins = Table(
    "refused_origins",
    metadata,
    Column("site", String(64), primary_key=True),  # as the page sent it; such a site may not exist
    Column("origin", String(300), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

refused_identities = Table(
    "refused_identities",
    metadata,
    Column("site", String(64), primary_key=True),
    Column("reason", String(20), primary_key=True),  # as in console/domain/identity_problems.py
    Column("detail", String(200), nullable=False),  # of the last one
    Column("count", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)


def _column(name: str, setting: QueueSetting) -> Column[Any]:
    """Return the column of a queue's setting.

    It has a default in SQL too: a process of an older release that is still running does not write it.
    """
    value = queue_default(name)
    kinds = ((int, Integer()), (str, String(setting.width)))
    kind = next((kind for python, kind in kinds if isinstance(value, python)), JSON())
    plain = str(value) if isinstance(value, int | str) else msgspec.json.encode(value).decode()
    default = None if name == "name" else plain or text("''")
    if setting.unit:
        return Column(f"{name}_ms", BigInteger, nullable=False, server_default=default)
    return Column(name, kind, nullable=False, server_default=default)


queues = Table(
    "queues",
    metadata,
    Column("id", String(64), primary_key=True),
    *(_column(name, setting) for name, setting in queue_settings().items()),
)

members = Table(
    "members",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),  # folded: one account per address
    Column("name", String(120), nullable=False),
    Column("password", Text, nullable=False),  # argon2id; empty: no sign-in by password
    Column("role", String(20), nullable=False),
    Column("queues", JSON, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("own_limit", Integer, nullable=False, server_default="0"),  # the member's own limit, below `slots`; 0: none
    Column("channel_slots", Integer),  # for chats of other channels; none: those use `slots` too
    Column("locale", String(35), nullable=False),
    Column("languages", JSON, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("disabled", BigInteger),
)

directory = Table(
    "directory",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # a single row with id 1
    Column("version", BigInteger, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String(64), primary_key=True),  # away_reasons, watch_shown, suggestions, ...
    Column("value", JSON, nullable=False),
)

canned = Table(
    "canned",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("scope", String(20), nullable=False),  # shared, queue, member
    Column("owner", String(64), nullable=False),  # the queue's or the member's id
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("snippet", String(20), nullable=False, server_default=text("''")),  # an older release writes none
    Index(None, "scope", "owner"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("member", String(64), nullable=False),  # empty: the command line
    Column("name", String(120), nullable=False),
    Column("what", String(200), nullable=False),  # a text of the pages: Queue changed
    Column("target", String(130), nullable=False),  # queue:support
    Column("before", JSON, nullable=False),  # the fields that changed
    Column("after", JSON, nullable=False),
    Column("address", String(64), nullable=False, server_default=text("''")),  # where the change came from
    Column("request", String(64), nullable=False, server_default=text("''")),  # as the log names it
    # The chain (domain/audit_chain.py). An older release does not write these; the next line chains its lines.
    Column("log", String(16), nullable=False, server_default="changes"),
    Column("n", BigInteger),  # 1, 2, ... within `log`; triggers refuse changes and gaps
    Column("previous", String(64), nullable=False, server_default=text("''")),
    Column("salt", String(32), nullable=False, server_default=text("''")),
    Column("details", String(64), nullable=False, server_default=text("''")),
    Column("hash", String(64), nullable=False, server_default=text("''")),
    Index(None, "at", "id"),
    Index(None, "log", "n", unique=True),
    Index(None, "log", "at", "id"),
    Index(None, "member", "at"),
    Index(None, "target", "at"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("log", String(16), primary_key=True),
    Column("n", BigInteger, nullable=False),  # of the newest line
    Column("hash", String(64), nullable=False),
    Column("cut", BigInteger, nullable=False, server_default="0"),  # lines up to here may be deleted
)

# --- alerts ----------------------------------------------------------------------------------

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("queues", JSON, nullable=False),
    Column("due_soon_ms", BigInteger),
    Column("late", Boolean, nullable=False),
    Column("line", Integer),
    Column("nobody_ms", BigInteger),
    Column("destinations", JSON, nullable=False),  # their URLs are secret
    Column("quiet_ms", BigInteger, nullable=False),
    Column("tell_over", Boolean, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("message_left", Boolean, nullable=False, server_default=false()),
    Column("chat_came", Boolean, nullable=False, server_default=false()),
)

alert_incidents = Table(
    "alert_incidents",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("queue", String(64), primary_key=True),
    Column("opened", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("count", Integer, nullable=False),
)

alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("destination", String(64), nullable=False),
    Column("shown", Text, nullable=False),
    Column("what", String(20), nullable=False),  # opened, still, over, test
    Column("kind", String(20), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("tone", String(20), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("waits", Boolean, nullable=False),  # not delivered yet
    Column("next", BigInteger, nullable=False),  # earliest time of the next try
    Column("tries", Integer, nullable=False),
    Column("sender", String(64), nullable=False),  # who is sending it now
    Column("ended", BigInteger, nullable=False),  # 0: not yet
    Column("code", String(20), nullable=False),  # the last result
    Column("detail", Text, nullable=False),
    Index(None, "workspace", "waits"),
    Index(None, "rule", "id"),
)

# --- mail ------------------------------------------------------------------------------------

mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("thread", String(64), nullable=False),  # what is sent in order: a chat, or a mail of its own
    Column("kind", String(20), nullable=False),  # test, invitation, reset, answer, transcript
    Column("to", String(254), nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),  # deleted once it is sent
    Column("locale", String(35), nullable=False),
    Column("chat", String(64), nullable=False, server_default=text("''")),
    Column("seq", Integer, nullable=False, server_default="0"),
    Column("message_id", String(254), nullable=False),
    Column("expires", BigInteger, nullable=False, server_default="0"),
    Column("made", BigInteger, nullable=False),
    Column("waits", Boolean, nullable=False),  # not sent yet
    Column("next", BigInteger, nullable=False),  # earliest time of the next try
    Column("tries", Integer, nullable=False),
    Column("sender", String(64), nullable=False),  # who is sending it now
    Column("ended", BigInteger, nullable=False),  # 0: not yet
    Column("code", String(20), nullable=False),  # the last result
    Column("detail", Text, nullable=False),
    UniqueConstraint("workspace", "message_id"),
    Index(None, "workspace", "waits"),
    Index(None, "workspace", "chat"),
)

mails_received = Table(
    "mails_received",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of the Message-ID and sender
    Column("raw", LargeBinary, nullable=False),  # deleted once it is processed, unless it is set aside
    Column("whole", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("code", String(20), nullable=False),  # empty: not processed; taken, ignored, aside
    Column("detail", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("chat", String(64), nullable=False),
    UniqueConstraint("workspace", "digest"),
    Index(None, "workspace", "code"),
    Index(None, "workspace", "chat"),
)

# --- webhooks --------------------------------------------------------------------------------

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("secrets", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("made", BigInteger, nullable=False),
)

webhook_messages = Table(
    "webhook_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("endpoint", String(64), nullable=False),
    Column("event", String(120), nullable=False),  # the webhook-id: the same at every try
    Column("kind", String(40), nullable=False),
    Column("chat", String(64), nullable=False),  # events of one chat are sent in order
    Column("body", Text, nullable=False),  # deleted once it is sent
    Column("made", BigInteger, nullable=False),
    Column("waits", Boolean, nullable=False),  # not sent yet
    Column("next", BigInteger, nullable=False),  # earliest time of the next try
    Column("tries", Integer, nullable=False),
    Column("sender", String(64), nullable=False),  # who is sending it now
    Column("ended", BigInteger, nullable=False),  # 0: not yet
    Column("code", String(20), nullable=False),  # the last result
    Column("detail", Text, nullable=False),
    Column("took", Integer, nullable=False),  # ms of the last try
    UniqueConstraint("workspace", "endpoint", "event"),
    Index(None, "workspace", "endpoint", "waits", "id"),
    Index(None, "workspace", "chat"),
)

# --- imports ---------------------------------------------------------------------------------

imports = Table(
    "imports",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("format", String(20), nullable=False),
    Column("name", Text, nullable=False),  # of the file
    Column("site", String(64), nullable=False),
    Column("origin", Text, nullable=False),
    Column("by", String(64), nullable=False),  # a member's id; empty: by command
    Column("by_name", String(120), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),  # reading, ready, running, done, cancelled or failed
    Column("rows", Integer, nullable=False),
    Column("line", Integer, nullable=False),  # the last row that is done
    Column("done", Integer, nullable=False),  # rows
    Column("added", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("left_out", JSON, nullable=False),  # columns that are unknown here
    Column("ended", BigInteger, nullable=False),  # 0: not yet
    Column("says", Text, nullable=False),  # why it failed
    Index(None, "workspace", "made"),
)

import_rows = Table(  # of files that are being imported, and rows that did not fit
    "import_rows",
    metadata,
    Column("import_id", String(64), ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("record", Text, nullable=False),  # deleted once it is imported
    Column("says", Text, nullable=False),  # why it does not fit; empty: no known problem
    Column("details", JSON, nullable=False),
    Index(None, "import_id", "says", "line"),
)

# --- credentials -----------------------------------------------------------------------------

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("revoked", BigInteger),
    Column("address", String(64), nullable=False, server_default=text("''")),  # a digest
    Column("browser", String(300), nullable=False, server_default=text("''")),  # as it calls itself
    Column("provider", String(64), nullable=False, server_default=text("''")),  # who vouched; empty: a password
)

sign_in_steps = Table(  # steps of sign-ins that are not complete: no session yet
    "sign_in_steps",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # code: the second factor's; set-up: there is none yet; reset
    Column("secret", String(64), nullable=False),  # of the factor that is being set up
    Column("known", String(20), nullable=False),  # why the account's lock did not apply
    Column("provider", String(64), nullable=False),
    Column("failed", Integer, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
)

invitations = Table(  # links that make their user a member
    "invitations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("email", String(254), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    Column("queues", JSON, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("invited_by", String(120), nullable=False),
    Column("inviter", String(64), nullable=False, server_default=text("''")),  # a member's id; empty: by command
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("ended", BigInteger),  # used, revoked, or replaced by a newer one
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", String(64), nullable=False),  # codes are computed from it, so it cannot be a digest
    Column("since", BigInteger, nullable=False),
    Column("last_step", BigInteger, nullable=False),  # of the newest used code: each works once
)

identity_providers = Table(
    "identity_providers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("client_secret", Text, nullable=False),
    Column("value", JSON, nullable=False),  # everything else
)

identities = Table(  # whom a provider vouches for
    "identities",
    metadata,
    Column("issuer", String(2_000), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("since", BigInteger, nullable=False),
)

used_states = Table(  # states of sign-ins through a provider that came back: each works once
    "used_states",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires", BigInteger, nullable=False, index=True),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("used", BigInteger),
)

integrations = Table(
    "integrations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("removed", BigInteger),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), index=True),  # or an integration's
    Column("name", String(120), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
    Column("revoked", BigInteger),
    Column("integration", String(64), ForeignKey("integrations.id", ondelete="CASCADE"), index=True),
    Column("scopes", JSON, nullable=False, server_default='["socket"]'),  # older releases' tokens are for the socket
    Column("expires", BigInteger),
    Column("shown", String(16), nullable=False, server_default=text("''")),  # its first characters
)

one_clicks = Table(
    "one_clicks",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("member", String(64), ForeignKey("members.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("uses", Integer, nullable=False),  # uses left
)

tries = Table(
    "tries",
    metadata,
    Column("sender", String(64), primary_key=True),  # digest of an account or an address
    Column("failed", Integer, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("free_at", BigInteger, nullable=False),  # earliest time of the next attempt that counts
)

# --- the record ------------------------------------------------------------------------------

cursors = Table(
    "cursors",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("consumer", String(64), primary_key=True),  # archive, alerts
    Column("epoch", String(64), primary_key=True),
    Column("turn", Integer, nullable=False),  # counts the consumer's histories from 1
    Column("id", String(64), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),  # of that entry's JSON; empty if unknown
    Column("reader", String(64), nullable=False),  # the only one who may move it; empty for nobody yet
    UniqueConstraint("workspace", "consumer", "turn"),
)

chats = Table(
    "chats",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("site", String(64), nullable=False),
    Column("queue", String(64), nullable=False),
    Column("visitor", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("external", Text, nullable=False, server_default=text("''")),  # the website's own id for the visitor
    Column("proven", JSON, nullable=False, server_default="[]"),
    Column("locale", String(64), nullable=False),  # the browser's
    Column("language", String(8), nullable=False, server_default=text("''")),  # a primary tag; empty: the locale's
    Column("language_by", String(20), nullable=False, server_default=text("''")),  # text or agent; empty: the browser
    Column("page", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("answers", JSON, nullable=False, server_default="[]"),  # to the questions before the chat
    Column("words", Text, nullable=False),  # of name, address, visitor id and external id
    Column("opened", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("last", BigInteger, nullable=False),  # time of the newest fact
    Column("why", String(20), nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),  # contact reason, as an agent chose it
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("left_message", Boolean, nullable=False),  # a message left while nobody was online
    Column("agent", String(64), nullable=False),  # who answered last
    Column("agent_name", Text, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("late", Integer, nullable=False),  # broken promises
    Column("rating", Integer),
    Column("comment", Text, nullable=False),
    Column("handled", BigInteger),
    Column("handled_by", Text, nullable=False),
    Column("owner", String(64), nullable=False, server_default=text("''")),  # who handles a left message
    Column("owner_name", Text, nullable=False, server_default=text("''")),
    Column("state", String(20), nullable=False, server_default=text("''")),  # open, answered, waiting, done
    Column("asked", BigInteger, nullable=False, server_default="0"),  # since when its visitor waits for an answer
    Column("imported", String(20), nullable=False, server_default=text("''")),  # from which format; empty: held here
    Column("listed", String(20), nullable=False, server_default=text("''")),  # ended, left or handled; empty while open
    Column("place", BigInteger),  # position in its list and in the search index; grows with `ended`
    Index(None, "place", unique=True),
    Index(None, "workspace", "listed", "place"),
    Index(None, "workspace", "visitor"),
    Index(None, "workspace", "last"),
)

facts = Table(
    "facts",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),  # the feed's id <ms>-<n>, the same under every epoch
    Column("epoch", String(64), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("chat", String(64)),
    Column("seq", Integer),
    Column("author", String(64)),  # id of who did it: visitor or agent
    Column("cid", String(64)),
    Column("words", Text, nullable=False),
    Column("raw", Text, nullable=False),
    ForeignKeyConstraint(["workspace", "chat"], ["chats.workspace", "chats.id"], ondelete="CASCADE"),
    UniqueConstraint("workspace", "chat", "seq", "epoch"),  # in one history a seq occurs once
    UniqueConstraint("workspace", "chat", "author", "cid", "kind"),  # a command is done once
    Index(None, "workspace", "cid", "author"),
    Index(None, "workspace", "at"),
)

interventions = Table(  # the facts that record supervisors' actions
    "interventions",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("n", BigInteger, nullable=False),
    ForeignKeyConstraint(["workspace", "id"], ["facts.workspace", "facts.id"], ondelete="CASCADE"),
    Index(None, "workspace", "at", "n"),
)

KEPT = text("state IN ('pending', 'clean', 'refused')")

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("visitor", String(64), nullable=False),  # of the chat, whoever sent it
    Column("chat", String(64), nullable=False),  # empty until the archive knows in which one a visitor's file is
    Column("owner", String(64), nullable=False),  # who sent it: the visitor or a member
    Column("cid", String(64), nullable=False),
    Column("address", String(64), nullable=False),  # a digest
    Column("name", Text, nullable=False),
    Column("media", String(120), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # coming, pending, clean, refused or gone
    Column("uploaded", BigInteger, nullable=False),
    Column("named", BigInteger),  # when a message named it; none yet
    Index("uq_files_command", "workspace", "owner", "cid", unique=True, sqlite_where=KEPT, postgresql_where=KEPT),
    Index("ix_files_workspace", "workspace", "chat"),
    Index("ix_files_uploaded", "workspace", "uploaded"),
    Index(None, "state"),
)

exports = Table(
    "exports",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("visitor", String(64), nullable=False),  # of whom; empty: the whole workspace
    Column("notes", Boolean, nullable=False),  # with what only staff see
    Column("member", String(64), nullable=False),  # who asked for it
    Column("name", String(120), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, running, done, failed, or full: no space
    Column("maker", String(64), nullable=False),  # who makes it now
    Column("done", Integer, nullable=False),  # chats and files of `total`
    Column("total", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),  # 0: not yet
    Index(None, "workspace", "made"),
)

search_backfill = Table(  # archives from before the search index, until all their chats are in it
    "search_backfill",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("below", BigInteger, nullable=False),  # chats with a lower position are still to be indexed
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("consumer", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("epoch", String(64), nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)

# --- notifications of devices ------------------------------------------------------------------

push_devices = Table(  # browsers; each is kept as long as its session
    "push_devices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("member", String(64), nullable=False, index=True),
    Column("session", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("endpoint", Text, nullable=False),  # whoever knows it can push with our key
    Column("digest", String(64), nullable=False, unique=True),  # of the endpoint
    Column("p256dh", String(200), nullable=False),
    Column("auth", String(60), nullable=False),
    Column("key", String(100), nullable=False),  # ours that it subscribed with
    Column("browser", String(300), nullable=False),  # as it calls itself
    Column("locale", String(20), nullable=False),
    Column("always", Boolean, nullable=False),  # also while away or offline
    Column("alerts", Boolean, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("told", BigInteger, nullable=False),  # when the last push was tried
    Column("code", String(20), nullable=False),  # its result
)

push_messages = Table(
    "push_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("device", String(64), ForeignKey("push_devices.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("about", String(200), nullable=False),  # a chat, or an incident; no text that anybody wrote
    Column("at", BigInteger, nullable=False),  # since when this is the case
    Column("made", BigInteger, nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sender", String(64), nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("code", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    UniqueConstraint("device", "about", "kind", "at"),
    Index(None, "workspace", "waits"),
)
