"""Structured logs to standard error, including other libraries': readable lines on a terminal, JSON everywhere else."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import structlog

NOISY = ("uvicorn", "uvicorn.error", "uvicorn.access")  # these have their own handlers


# Returns what log lines say about the current command; called only for a line, since most commands log none.
command_under_way: ContextVar[Callable[[], Mapping[str, str]] | None] = ContextVar("command_under_way", default=None)


def merge_command(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Add the command that a line is about, as `merge_contextvars` adds the request."""
    about = command_under_way.get()
    return line if about is None else {**about(), **line}


def configure_logs(level: str) -> None:
    """Configure logging for the whole process; `level` is the value of the setting."""
    number = getattr(logging, level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        merge_command,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    drawn: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *drawn],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _configure_others(max(number, logging.WARNING), shared, drawn)
    _log_what_nobody_caught()


def _configure_others(
    level: int, shared: list[structlog.typing.Processor], drawn: list[structlog.typing.Processor]
) -> None:
    """Send Python's own logging, asyncio's and the libraries', to the same lines; a traceback is a field of a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *drawn],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in NOISY:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


def _log_what_nobody_caught() -> None:
    """Log the traceback of an error that ends the process or a thread as a line, too."""
    if sys.stderr.isatty():
        return

    def uncaught(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        structlog.get_logger().critical("process.failed", error=repr(problem), exc_info=(kind, problem, trace))

    def uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread


class Outage:
    """Logs once that a part is away, and once that it is back, with the duration."""

    def __init__(self, part: str, **known: Any) -> None:
        """`part` begins the event names of both lines; `known` is in both lines."""
        self.part = part
        self.error = ""
        self._known = known
        self._since = 0.0  # monotonic; 0: the part is available

    @property
    def lasts(self) -> float:
        """Return how many seconds the part has been away; 0 if it is available."""
        return time.monotonic() - self._since if self._since else 0.0

    def begins(self, error: str) -> None:
        self.error = error
        if not self._since:
            self._since = time.monotonic()
            structlog.get_logger().warning(f"{self.part}.away", error=error, **self._known)

    def ends(self) -> None:
        if self._since:
            after, self._since, self.error = round(self.lasts, 1), 0.0, ""
            structlog.get_logger().warning(f"{self.part}.back", after=after, **self._known)
