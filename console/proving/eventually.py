"""Wait for a condition that has to become true."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(check: Callable[[], Awaitable[T | None]], what: str = ..., *, within: float = ...) -> T: ...


@overload
async def eventually(check: Callable[[], T | None], what: str = ..., *, within: float = ...) -> T: ...


async def eventually(check: Callable[[], Any], what: str = "it to become true", *, within: float = 10.0) -> Any:
    """Return the first truthy result of `check` (plain or async); an AssertionError counts as "not yet".

    Fails after `within` seconds. The error names `what` was awaited and how the last try ended.
    """
    deadline = time.monotonic() + within
    while True:
        answer, last = await _try(check)
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s for {what}; at last: {last!r}")
        await asyncio.sleep(0.02)


async def _try(check: Callable[[], Any]) -> tuple[Any, object]:
    try:
        answer = check()
        found = await answer if inspect.isawaitable(answer) else answer
    except AssertionError as problem:
        return None, problem
    return found, found
