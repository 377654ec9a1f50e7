"""What was written in a chat, as plain text: for lists and notifications."""

from collections.abc import Mapping

from console.archive.reducer import ArchivedChat
from console.domain.channels import WEB
from console.domain.directory import Site
from console.projection.picture import ChatState
from console.views.rich_text import plain_words


def excerpt(text: str, chat: ChatState | ArchivedChat, sites: Mapping[str, Site]) -> str:
    """Return the text, without formatting marks if messages are rendered with formatting."""
    site = sites.get(chat.site)
    formatted = chat.channel == WEB and (site is None or site.formatting)
    return plain_words(text) if formatted else text
