"""A queue's channels on the command line."""

import pytest

from console.commands.queue import read_channel
from console.domain.channels import ChannelRule
from console.errors import Refused


def test_a_channel_is_written_with_its_minutes_and_whether_it_is_assigned() -> None:
    assert read_channel("email 540") == ChannelRule("email", 32_400_000)
    assert read_channel(" SMS  2.5 assigned ") == ChannelRule("sms", 150_000, True)


@pytest.mark.parametrize("text", ["email", "email soon", "email 5 pushed", "5", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not valid"):
        read_channel(text)
