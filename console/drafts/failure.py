"""Why there is no draft."""

from typing import Literal, get_args

Reason = Literal[
    "unreachable",  # no connection
    "slow",  # no answer, or no end of it, in time
    "refused",  # the key
    "unknown",  # the model or the address
    "limited",  # too many requests
    "failed",  # any other status
    "redirected",
    "not_an_api",  # another kind of content, or packed
    "unreadable",  # not HTTP, or not the JSON that was asked for
    "cut_off",  # the answer ended before its end
    "too_long",
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class NoDraft(Exception):
    """The model gave no usable answer. `status` is HTTP's, 0 without one; `retry_after` is in seconds."""

    def __init__(self, reason: Reason, *, status: int = 0, retry_after: float = 0) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.status = status
        self.retry_after = retry_after
