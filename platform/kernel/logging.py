"""JSON logs through structlog; ids of request, organ, actor and job are bound by whoever starts the work.

No line holds personal data or a secret. Ids stand for persons; an error is logged by its class and the places it went
through, because the texts of refusals and of the database quote what somebody wrote.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel.telemetry import tracing

QUOTING: Final = re.compile(r"\s*(?:DETAIL:|CONTEXT:|\[SQL:|\[parameters:).*", re.DOTALL)
"""From here on PostgreSQL and SQLAlchemy quote rows and statements."""
PLAIN: Final = (OSError, RuntimeError, ImportError, AssertionError)
"""Errors whose text comes from a program and not from a record."""
FRAMES: Final = 30
Event = MutableMapping[str, Any]


def configure(level: str = "INFO", process: str = "", *, stream: TextIO | None = None, for_good: bool = True) -> None:
    """Send structlog and the standard library's loggers to `stream` (stderr) as one JSON line an event, which names
    `process`. `for_good`: loggers remember it, which is faster and cannot be changed again."""
    stream = stream or sys.stderr

    def named(_logger: Any, _method: str, event: Event) -> Event:
        if process:
            event.setdefault("process", process)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        traced,
    ]
    last: list[structlog.typing.Processor] = [without_texts, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=for_good,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # pycasbin prints its whole model at INFO, dramatiq one line a message, httpx each address that is called.
    for name in ("casbin", "dramatiq", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("pika").setLevel(logging.ERROR)


def traced(_logger: Any, _method: str, event: Event) -> Event:
    """Add the trace's id, so that a line leads to its trace."""
    found = tracing.trace_id()
    if found:
        event["trace_id"] = found
    return event


def without_texts(_logger: Any, _method: str, event: Event) -> Event:
    """Replace exceptions by `described`, and cut what the database quotes in texts of errors."""
    given = event.pop("exc_info", None)
    if given:
        error = (
            given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1]
        )
        if error is not None:
            event["exception"] = described(error)
    for key in ("error", "event"):
        if isinstance(event.get(key), str):
            event[key] = QUOTING.sub("", event[key])
    return event


def described(error: BaseException) -> str:
    """The chain of an error: for each its places, and last its class with what may be said of it."""
    parts: list[str] = []
    seen: set[int] = set()
    present: BaseException | None = error
    while present is not None and id(present) not in seen:
        seen.add(id(present))
        frames = traceback.extract_tb(present.__traceback__)[-FRAMES:]
        places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        parts.append("\n".join([*places, _said(present)]))
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
    return "\ncaused\n".join(reversed(parts))


def _said(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, psycopg.Error):
        known = (error.sqlstate, error.diag.constraint_name, error.diag.table_name)
        return " ".join([f"{name}:", *[part for part in known if part]]).rstrip(":")
    if isinstance(error, PLAIN) and not isinstance(error, SQLAlchemyError):
        return f"{name}: {QUOTING.sub('', str(error))}"
    return name
