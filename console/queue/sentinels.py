"""The primary that Sentinels monitor under a name."""

from redis.asyncio import Connection
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

from console.domain.store_url import StoreUrl
from console.queue.asked_nodes import Node, without_answer
from console.queue.asked_primary import AskedPrimary, NobodyAnswers, Whereabouts
from console.queue.primary import Misdirected, ask, why


class SentinelPrimary(AskedPrimary):
    mode = "sentinel"

    def __init__(self, url: str, asked: StoreUrl) -> None:
        super().__init__(url, asked, asked.sentinel_login)

    async def ask_nodes(self) -> Node:
        answers = await self.nodes.ask_all(self.asked.nodes, self._question)
        known = [answer for answer in answers.values() if isinstance(answer, Whereabouts)]
        if known:
            return self.newest(known, len(answers))
        names = [answer for answer in answers.values() if isinstance(answer, list)]
        if names:
            raise Misdirected(_unknown(self.asked.name, names[0]))
        for problem in answers.values():
            if isinstance(problem, AuthenticationError | NoPermissionError):
                raise Misdirected(f"the Sentinels refuse sentinel_username or sentinel_password: {problem}")
            if isinstance(problem, ResponseError):
                raise Misdirected(f"the server is not a Sentinel: {why(problem)}. Use redis:// for a single store")
        raise NobodyAnswers(f"no Sentinel responds: {without_answer(answers)}")

    async def _question(self, sentinel: Connection) -> Whereabouts | list[str]:
        """Return where the primary is; if the Sentinel does not know this name, the names that it knows."""
        address = await ask(sentinel, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.asked.name)
        if address is None:
            rows = await ask(sentinel, "SENTINEL", "MASTERS")
            return [_fields(row)["name"] for row in rows]
        about = _fields(await ask(sentinel, "SENTINEL", "MASTER", self.asked.name))
        return Whereabouts(int(about["config-epoch"]), (address[0].decode(), int(address[1])))


def _fields(flat: list[bytes]) -> dict[str, str]:
    words = [word.decode(errors="replace") for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))


def _unknown(name: str, known: list[str]) -> str:
    others = ", ".join(known) or "none"
    return f'the Sentinels do not know "{name}": correct the name at the end of SESTETTO_STORE. They know: {others}'
