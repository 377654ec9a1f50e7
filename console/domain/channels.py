"""Channels that visitors write through, and what a queue has set for them. Pure.

On instant channels, visitors wait in front of the chat. Agents take the chats of all other channels instead of being
assigned them, unless the queue says otherwise, so that a mail never takes the slot that a live chat needs.
"""

from collections.abc import Sequence

import msgspec

WEB = "web"  # the widget
INSTANT = (WEB, "api")  # these have the queue's own target and mode
OTHER = "other"  # every channel not named here; the last
CHANNELS = ("email", "sms", "whatsapp", "phone", OTHER)
TARGETS = {"email": 9 * 3_600_000}  # ms
TARGET = 12 * 60_000  # ms, for the others


class ChannelRule(msgspec.Struct, frozen=True):
    """A channel's target in ms (0: its default), and whether its chats are assigned like the queue's other chats."""

    channel: str
    target: int = 0
    push: bool = False


def group_of(channel: str) -> str:
    """Return the channel that a chat's figures count for; empty for the instant ones. Gateways invent any number."""
    if channel in INSTANT:
        return ""
    return channel if channel in CHANNELS else OTHER


def default_target(channel: str) -> int:
    return TARGETS.get(channel, TARGET)


def rule_for(rules: Sequence[ChannelRule], channel: str) -> ChannelRule:
    """Return the rule of a channel that is not instant, with its target."""
    named = channel if channel in CHANNELS else OTHER
    found = next((rule for rule in rules if rule.channel == named), ChannelRule(named))
    return found if found.target else msgspec.structs.replace(found, target=default_target(named))


def encode_channels(rules: Sequence[ChannelRule]) -> str:
    """Return the text for the Functions, with `assigned` as 1 or 0: `email 32400000 0 … other 720000 0`."""
    complete = (rule_for(rules, channel) for channel in CHANNELS)
    return " ".join(f"{rule.channel} {rule.target} {int(rule.push)}" for rule in complete)
