"""A queue's chats by channel: how many there are now, and how those in the span were answered. Pure."""

from collections.abc import Collection

import msgspec

from console.domain.channels import CHANNELS, group_of
from console.projection.models import ChatState
from console.projection.statistics import Statistics

LIVE = "live"  # all channels whose visitors wait in front of the chat


class ChannelFigures(msgspec.Struct, frozen=True):
    """`open` counts chats that have not ended, `waiting` those without an agent.

    `oldest` is since when the first of these has waited (0: none). `words` (first words) and `answers` are (in time,
    all that came due); `first` is the median first response (ms).
    """

    channel: str
    open: int
    waiting: int
    oldest: int
    words: tuple[int, int]
    answers: tuple[int, int]
    first: int


def channel_figures(chats: Collection[ChatState], counted: Statistics) -> tuple[ChannelFigures, ...]:
    """Return the figures of live chats and of each other channel in use; nothing if all chats are live."""
    used = {*counted.channels, *(group_of(chat.channel) for chat in chats)} - {""}
    if not used:
        return ()
    spans = {
        LIVE: counted.live(),
        **{one: counted.channels.get(one) or Statistics() for one in CHANNELS if one in used},
    }
    return tuple(
        _figures(channel, [chat for chat in chats if (group_of(chat.channel) or LIVE) == channel], span)
        for channel, span in spans.items()
    )


def _figures(channel: str, chats: Collection[ChatState], counted: Statistics) -> ChannelFigures:
    waiting = [chat for chat in chats if chat.place in ("waiting", "offered")]
    return ChannelFigures(
        channel=channel,
        open=sum(chat.place != "wrapup" for chat in chats),
        waiting=len(waiting),
        oldest=min((chat.since for chat in waiting), default=0),
        words=(counted.of("v").within, counted.came_due()),
        answers=(counted.of("r").within, counted.answers_due()),
        first=counted.of("f").quantile(0.5),
    )
