"""Asks the model for drafts: a few at a time, and not while it fails. A failure costs only the draft."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import structlog

from console.domain.model_url import model_address
from console.drafts.circuit import Circuit
from console.drafts.client import PATIENCE, ModelClient, Patience
from console.drafts.completion import CompletionReader
from console.drafts.failure import REASONS, NoDraft
from console.drafts.prompt import Prompt
from console.metrics import DraftCosts, Durations

AT_ONCE = 8  # requests of one process
IN_LINE = 5.0  # seconds that a request waits for its turn

RESULTS = ("drafted", "empty", "cancelled", "crowded", "paused", *REASONS)

log = structlog.get_logger()


class _Request(msgspec.Struct):
    model: str
    messages: Sequence[Prompt]
    stream: bool = True


class Drafts:
    """The model of this installation. Without a `url` there is none, and no request is made."""

    def __init__(
        self,
        url: str,
        key: str,
        model: str,
        *,
        patience: Patience = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = ModelClient(model_address(url), key, patience) if url else None
        self._model = model
        self._circuit = Circuit(clock)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._results: Counter[str] = Counter(dict.fromkeys(RESULTS, 0))
        self._seconds = Durations()

    @property
    def on(self) -> bool:
        return self._client is not None

    def costs(self) -> DraftCosts | None:
        """Return the outcomes of requests so far; None without a model."""
        return DraftCosts(self._results, self._seconds, self._circuit.paused) if self.on else None

    async def ask(self, prompts: Sequence[Prompt]) -> str:
        """Return a draft, or an empty text if the model has none, fails, or is paused after failures."""
        if self._client is None:
            return ""
        try:
            async with asyncio.timeout(IN_LINE):
                await self._turns.acquire()
        except TimeoutError:
            self._results["crowded"] += 1
            return ""
        try:
            return await self._in_turn(self._client, prompts)
        finally:
            self._turns.release()

    async def try_once(self, prompts: Sequence[Prompt]) -> str:
        """Ask without these precautions. Raises NoDraft."""
        assert self._client is not None
        return await self._ask(self._client, prompts)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    async def _in_turn(self, client: ModelClient, prompts: Sequence[Prompt]) -> str:
        if not self._circuit.allows():
            self._results["paused"] += 1
            return ""
        began = time.monotonic()
        try:
            text = await self._ask(client, prompts)
        except NoDraft as problem:
            self._failed(problem, time.monotonic() - began)
            return ""
        except asyncio.CancelledError:
            self._circuit.undecided()
            self._results["cancelled"] += 1
            raise
        self._results["drafted" if text else "empty"] += 1
        self._seconds.note(time.monotonic() - began)
        if self._circuit.good():
            log.info("drafts.resumed")
        return text

    async def _ask(self, client: ModelClient, prompts: Sequence[Prompt]) -> str:
        body = msgspec.json.encode(_Request(self._model, prompts))
        async with client.post(body) as response:
            answer = CompletionReader(streamed=response.streamed)
            async for chunk in response.chunks():
                if answer.add(chunk):
                    break
        return answer.text()

    def _failed(self, problem: NoDraft, seconds: float) -> None:
        self._results[problem.reason] += 1
        about = {"reason": problem.reason, "status": problem.status, "seconds": round(seconds, 2)}
        log.info("drafts.failed", **about)
        if pause := self._circuit.bad(problem.retry_after):
            log.warning("drafts.paused", pause=round(pause), **about)
