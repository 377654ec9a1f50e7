"""Settings and people in SQL: one store per noun."""

from collections.abc import Callable

from console.archive.audit import AuditStore
from console.archive.audit_reads import AuditReads
from console.archive.audit_retention import AuditRetention
from console.archive.blocks import BlockStore
from console.archive.canned import CannedStore
from console.archive.database import Database, now_ms
from console.archive.directory_store import DirectoryStore
from console.archive.identity_providers import ProviderStore
from console.archive.integrations import IntegrationStore
from console.archive.invitations import InvitationStore
from console.archive.login_throttle import LoginThrottle
from console.archive.members import MemberStore
from console.archive.one_clicks import OneClickStore
from console.archive.passwords import PasswordStore
from console.archive.preferences import PreferenceStore
from console.archive.queues import QueueStore
from console.archive.retention import RetentionStore
from console.archive.second_factors import SecondFactorStore
from console.archive.sessions import SessionStore
from console.archive.sign_in_settings import SignInSettings
from console.archive.sign_in_steps import SignInSteps
from console.archive.sites import SiteStore
from console.archive.tokens import TokenStore


class Stores:
    """All stores. Every change of a setting names who makes it (`by`) and leaves a line in the audit log."""

    def __init__(self, database: Database, *, clock: Callable[[], int] = now_ms) -> None:
        self.database = database
        self.clock = clock
        self.throttle = LoginThrottle(database, clock)
        # The directory, and the stores that change it.
        self.directory = DirectoryStore(database, clock)
        self.queues = QueueStore(self.directory)
        self.sites = SiteStore(self.directory)
        self.members = MemberStore(self.directory)
        self.preferences = PreferenceStore(self.directory)
        self.blocks = BlockStore(self.directory, clock)
        # Credentials.
        self.passwords = PasswordStore(database, clock, self.throttle)
        self.sessions = SessionStore(database, clock, self.throttle)
        self.sign_in = SignInSettings(database, clock)
        self.sign_in_steps = SignInSteps(database, clock)
        self.second_factors = SecondFactorStore(database, clock, self.throttle, self.sign_in_steps)
        self.invitations = InvitationStore(database, clock, self.members)
        self.providers = ProviderStore(database, clock)
        self.tokens = TokenStore(database, clock)
        self.integrations = IntegrationStore(database, clock)
        self.one_clicks = OneClickStore(database, clock, self.sessions)
        # Everything else.
        self.canned = CannedStore(database, clock)
        self.retention = RetentionStore(database, clock)
        self.audit = AuditStore(database, clock)
        self.audit_reads = AuditReads(database, clock)
        self.audit_retention = AuditRetention(database, clock)

    async def drop_expired(self) -> int:
        """Delete ended credentials and old sign-in attempts; return how many rows. Runs periodically."""
        async with self.database.writing() as connection:
            dropped = await self.sessions.drop_expired(connection)
            dropped += await self.sign_in_steps.drop_expired(connection)
            dropped += await self.invitations.drop_expired(connection)
            dropped += await self.providers.drop_expired(connection)
            dropped += await self.tokens.drop_expired(connection)
            dropped += await self.one_clicks.drop_expired(connection)
            return dropped + await self.throttle.forget(connection)
