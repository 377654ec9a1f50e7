"""Joins calls of Functions that follow each other in one exchange into one call, which costs the store less.

Under load an exchange brings many messages. Run as one, they share what every call does: reading the head, writing it,
pushing facts, asking for the next timer. Each call still has its own reply, refusal or error (`functions/joint.lua`).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from console.queue.wire import Command

JOINABLE = ("visitor_say", "agent_say", "visitor_seen")  # as `joint.lua` allows
MOST = 64  # calls in one: the store serves nobody else meanwhile


class JointCalls:
    """The commands of one exchange. `commands` is what to send; `separate` returns a reply for each original one."""

    def __init__(self, commands: Sequence[Command], version: str) -> None:
        self.commands: list[Command] = []
        self._sizes: list[int] = []
        for run in _runs(commands, _verbs(version)):
            self.commands.append(run[0] if len(run) == 1 else _joint(run, version))
            self._sizes.append(len(run))

    def separate(self, replies: Sequence[Any]) -> list[Any]:
        """Return the reply to each command. An error of a joint call as a whole is the reply to each of its calls."""
        separated: list[Any] = []
        for reply, size in zip(replies, self._sizes, strict=True):
            if size == 1:
                separated.append(reply)
            else:
                separated += [reply] * size if isinstance(reply, Exception) else reply
        return separated


@cache
def _verbs(version: str) -> dict[str, str]:
    """Return function name -> verb."""
    return {f"{verb}_{version}": verb for verb in JOINABLE}


def _runs(commands: Sequence[Command], verbs: dict[str, str]) -> Iterator[list[Command]]:
    """Yield the commands in their order, those together that can run as one."""
    for key, group in groupby(commands, lambda command: command[3] if _is_joinable(command, verbs) else None):
        run = list(group)
        most = MOST if key is not None else 1
        for start in range(0, len(run), most):
            yield run[start : start + most]


def _is_joinable(command: Command, verbs: dict[str, str]) -> bool:
    return command[0] == "FCALL" and command[1] in verbs


def _joint(run: Sequence[Command], version: str) -> Command:
    """Return the call that runs these: FCALL, function, 1, key, and the words of each call after their count."""
    verbs = _verbs(version)
    words: list[str | bytes | int] = []
    for _, name, _, _, *arguments in run:
        words += (len(arguments) + 1, verbs[str(name)], *arguments)
    return ("FCALL", f"joint_{version}", 1, run[0][3], *words)
