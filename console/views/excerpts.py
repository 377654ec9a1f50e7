"""What was written in a chat, in plain words: for lists and notifications."""

from collections.abc import Mapping

from console.archive.reducer import ArchivedChat
from console.domain.channels import WEB
from console.domain.directory import Site
from console.projection.picture import ChatState
from console.views.rich_text import plain_words


def excerpt(text: str, chat: ChatState | ArchivedChat, sites: Mapping[str, Site]) -> str:
    """Return the text without the marks of formatting, where messages are drawn with it."""
    site = sites.get(chat.site)
    formatted = chat.channel == WEB and (site is None or site.formatting)
    return plain_words(text) if formatted else text
