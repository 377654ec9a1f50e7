"""Typed calls for integrations: they act in any chat that has not ended, without a console."""

from collections.abc import Sequence

from console.events import Author
from console.queue.calls.caller import Caller
from console.queue.payloads import Labels, LanguagePayload, Mark, MessagePayload, digest, encode
from console.queue.results import Said


class IntegrationCalls(Caller):
    async def integration_say(self, author: Author, chat: str, cid: str, text: str, *, hidden: bool = False) -> Said:
        """Add a bot's message; it answers nothing. Raises ChatEnded, ChatFull, Gone."""
        payload, body = encode(MessagePayload(author, cid, text, hidden)), digest("say", text, hidden=hidden)
        return await self._said("integration_say", author.id, chat, cid, body, payload)

    async def integration_end(self, author: Author, chat: str, cid: str) -> Said:
        return await self._said("integration_end", author.id, chat, cid, digest("end"), encode(Mark(author, cid)))

    async def integration_label(self, author: Author, chat: str, cid: str, reason: str, tags: Sequence[str]) -> Said:
        """Set reason and tags, in full. Raises NothingToDo if they are the same."""
        kept = encode(reason) if reason else "", encode(list(tags)) if tags else ""
        payload, body = encode(Labels(author, cid, reason, list(tags))), digest("label", reason, list(tags))
        return await self._said("integration_label", author.id, chat, cid, body, *kept, payload)

    async def integration_set_language(self, author: Author, chat: str, cid: str, language: str) -> Said:
        """Set the visitor's language, for good. Raises NothingToDo if it has already been set."""
        payload, body = encode(LanguagePayload(language, author, cid)), digest("language", language)
        return await self._said("integration_set_language", author.id, chat, cid, body, language, payload)
