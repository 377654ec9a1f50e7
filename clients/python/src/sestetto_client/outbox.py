"""Commands that are not acknowledged yet. They are sent again after every reconnect, under the same id and in order."""

import asyncio
import secrets
from collections.abc import Callable

import msgspec

from sestetto_client.frames import Ack, BotEnd, BotHandOver, BotSay, Nack

Command = BotSay | BotHandOver | BotEnd
checker: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


class Refused(Exception):
    """The server refused a command for good; `code` is its reason, such as `ended` or `not_found`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def new_cid() -> str:
    """Return the id of a new command: 22 characters, 128 random bits."""
    return secrets.token_urlsafe(16)


class Outbox:
    """`send` passes a command on if there is a connection; either way it stays here until it is settled."""

    def __init__(self, send: Callable[[Command], None]) -> None:
        self._send = send
        self._waiting: dict[str, tuple[Command, asyncio.Future[Ack]]] = {}
        self._held_until: asyncio.TimerHandle | None = None

    async def done(self, command: Command) -> Ack:
        """Send the command and wait until the server has it on disk. Raises Refused.

        Raises msgspec.ValidationError for one that the server would not even read, such as a text that is too long.
        """
        checker.decode(msgspec.json.encode(command))
        settled: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[command.cid] = command, settled
        if self._held_until is None:
            self._send(command)
        return await settled

    def send_all(self) -> None:
        """Send all commands again, in order: after a reconnect, or when the server can take more."""
        if self._held_until is not None:
            self._held_until.cancel()
            self._held_until = None
        for command, _ in list(self._waiting.values()):
            self._send(command)

    def settle(self, answer: Ack | Nack) -> None:
        if isinstance(answer, Nack) and not answer.final:
            # All later commands wait for it, here and on the server, so that messages stay in order.
            if self._held_until is None:
                wait = asyncio.get_running_loop().call_later(answer.retry_after or 1, self._again)
                self._held_until = wait
            return
        _, settled = self._waiting.pop(answer.cid, (None, None))
        if settled is None or settled.done():
            return
        if isinstance(answer, Ack):
            settled.set_result(answer)
        else:
            settled.set_exception(Refused(answer.code, answer.message))

    def _again(self) -> None:
        self._held_until = None
        self.send_all()
