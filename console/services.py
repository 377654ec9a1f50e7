"""The running parts of one installation, shared by pages, sockets and background tasks. app.py creates them."""

import asyncio
from dataclasses import dataclass, field

from console.alerts.courier_pool import Couriers
from console.archive.alerts import Alerts
from console.archive.credentials import SignedIn
from console.archive.database import Database
from console.archive.erasure import Erasure
from console.archive.exchanges import Exchanges
from console.archive.file_records import FileRecords
from console.archive.history import History
from console.archive.imports import ImportStore
from console.archive.known_tokens import KnownTokens
from console.archive.left_messages import LeftMessages
from console.archive.mail_inbox import MailInbox
from console.archive.past import PastChats
from console.archive.push import PushStores
from console.archive.refused_identities import RefusedIdentities
from console.archive.refused_origins import RefusedOrigins
from console.archive.search import ChatSearch
from console.archive.stores import Stores
from console.archive.visitors import VisitorsInArchive
from console.archive.webhooks import Webhooks
from console.archive.writer import Archive
from console.config import Settings
from console.consumers.lag import Lags
from console.delivery.hub import Hub
from console.delivery.rendered_fact import HubEvent
from console.domain.directory import Directory
from console.drafts.drafts import Drafts
from console.errors import Unknown, WrongEpoch
from console.exports.making import Exports
from console.files.files import Files
from console.identity.flow import FlowCookies
from console.identity.providers import OpenId
from console.limits.address_sockets import AddressSockets
from console.limits.puzzles import Puzzles
from console.mail.post import Post
from console.pairing.configuration import publish
from console.projection.current import Current
from console.projection.picture import Picture
from console.projection.queue_position import QueuePositions
from console.push.client import PushClient
from console.push.vapid import Vapid, contact_of
from console.queue.workspace import Workspace
from console.security import VisitorTokens
from console.security.cookies import DeviceTokens
from console.security.file_tickets import FileTickets
from console.security.person_tokens import PersonTokens
from console.suggestions.learning import Learning
from console.views.html import HtmlViews
from console.webhooks.client import WebhookClient

PAST_READS = 4  # visitors whose earlier chats are read at the same time; others wait, or get none


@dataclass
class Services:
    """`picture` and `directory` come from `current`, which may replace them: read the property each time."""

    settings: Settings
    workspace: Workspace
    database: Database
    stores: Stores
    archive: Archive
    history: History
    search: ChatSearch
    lags: Lags
    alerts: Alerts
    couriers: Couriers
    hub: Hub[HubEvent]
    visitor_tokens: VisitorTokens
    views: HtmlViews
    current: Current
    demo: bool
    build: str
    first_languages: str = ""  # what the first browser on the demo's console accepts; the crowd starts with it
    address_sockets: AddressSockets = field(default_factory=AddressSockets)
    positions: QueuePositions = field(default_factory=QueuePositions)
    known: dict[str, SignedIn] = field(default_factory=dict)  # by digest of the credential; used while SQL is down
    refusals: dict[tuple[str, str], float] = field(default_factory=dict)  # member and page -> silent until, monotonic
    sql_silent_until: float = 0.0  # monotonic
    refused_origins: RefusedOrigins = field(init=False)
    refused_identities: RefusedIdentities = field(init=False)
    device_tokens: DeviceTokens = field(init=False)
    file_tickets: FileTickets = field(init=False)
    files: Files = field(init=False)
    person_tokens: PersonTokens = field(init=False)
    exports: Exports = field(init=False)
    erasure: Erasure = field(init=False)
    puzzles: Puzzles = field(init=False)
    learning: Learning = field(init=False)
    drafts: Drafts = field(init=False)
    openid: OpenId = field(init=False)
    flow_cookies: FlowCookies = field(init=False)
    post: Post = field(init=False)
    inbox: MailInbox = field(init=False)
    left_messages: LeftMessages = field(init=False)
    webhooks: Webhooks = field(init=False)
    webhook_client: WebhookClient = field(init=False)
    push: PushStores = field(init=False)
    push_client: PushClient = field(init=False)
    past: PastChats = field(init=False)
    known_tokens: KnownTokens = field(init=False)
    visitors: VisitorsInArchive = field(init=False)
    imports: ImportStore = field(init=False)
    past_reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAST_READS))
    tidy: asyncio.Event = field(default_factory=asyncio.Event)  # something was deleted, and the files still have it

    def __post_init__(self) -> None:
        self.refused_origins = RefusedOrigins(self.database)
        self.refused_identities = RefusedIdentities(self.database)
        self.device_tokens = DeviceTokens(self.settings.secret)
        self.file_tickets = FileTickets(self.settings.secret)
        self.files = Files(self.settings, FileRecords(self.database, self.workspace.name))
        self.person_tokens = PersonTokens(self.settings.secret)
        self.visitors = VisitorsInArchive(self.database, self.workspace.name)
        self.imports = ImportStore(self.database, self.workspace.name)
        self.past = PastChats(self.database, self.workspace.name)
        self.known_tokens = KnownTokens(self.stores.tokens, lambda: self.current.picture)
        self.post = Post(self.settings, self.database, self.history, lambda: self.directory)
        self.inbox = MailInbox(self.database, self.workspace.name)
        self.left_messages = LeftMessages(self.database, self.workspace.name)
        self.webhooks = Webhooks(self.database, self.workspace.name)
        self.exports = Exports(self.settings, self.stores, self.workspace.name, lambda: self.files.store)
        self.erasure = Erasure(self.database, self.workspace.name, self.webhooks.outbox, self.exports.jobs)
        self.webhook_client = WebhookClient(self.settings.alert_networks)
        self.push = PushStores(self.database, self.workspace.name)
        vapid = Vapid(self.settings.secret, contact_of(self.settings.origin, self.post.sender.address))
        self.push_client = PushClient(vapid, self.settings.alert_networks)
        self.puzzles = Puzzles(self.settings.secret)
        self.learning = Learning(Exchanges(self.database, self.workspace.name))
        self.openid = OpenId(self.settings.sign_in_networks)
        self.flow_cookies = FlowCookies(self.settings.secret)
        self.drafts = Drafts(self.settings.model_url, self.settings.model_key, self.settings.model_name)

    @property
    def picture(self) -> Picture:
        return self.current.picture

    @property
    def directory(self) -> Directory:
        return self.current.directory

    @directory.setter
    def directory(self, directory: Directory) -> None:
        self.current.directory = directory

    async def go_live(self, directory: Directory) -> bool:
        """Apply the configuration that SQL has. False if the store is down; it catches up later."""
        # Another process may already have published a later version.
        if directory.version >= self.directory.version:
            self.directory = directory
        try:
            if not await self.workspace.configure(directory):
                self.directory = await publish(self.workspace, self.stores.directory)
        except (Unknown, WrongEpoch):
            return False
        return True

    async def retention_days(self) -> int:
        """Return after how many days an ended chat is deleted: the console's setting, else the server's."""
        return await self.stores.retention.days() or self.settings.retention_days
