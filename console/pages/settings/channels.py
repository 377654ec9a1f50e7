"""A queue's targets for mails, text messages and so on, to and from its form: a row for each channel. Pure."""

from collections.abc import Sequence

from console.domain.channels import CHANNELS, ChannelRule, default_target
from console.domain.directory import MINUTE
from console.domain.validation.queues import channel_field
from console.pages.settings.form import Form, seconds


def typed_channels(rules: Sequence[ChannelRule]) -> dict[str, str]:
    targets = {channel_field(rule.channel): seconds(rule.target, MINUTE) for rule in rules}
    return targets | {_tick(rule.channel): "on" for rule in rules if rule.push}


def read_channels(form: Form, was: Sequence[ChannelRule]) -> tuple[ChannelRule, ...]:
    """Read every row that differs from the default."""
    before = {rule.channel: rule.target for rule in was}
    found = [
        ChannelRule(
            channel,
            form.ms(channel_field(channel), unit=MINUTE, otherwise=before.get(channel, 0)),
            form.flag(_tick(channel)),
        )
        for channel in CHANNELS
    ]
    return tuple(rule for rule in found if rule.target or rule.push)


def rows() -> list[tuple[str, str, str, str]]:
    """Return each channel with its fields for target and tick, and the default target in minutes."""
    return [(one, channel_field(one), _tick(one), seconds(default_target(one), MINUTE)) for one in CHANNELS]


def _tick(channel: str) -> str:
    return f"{channel_field(channel)}.assigned"
