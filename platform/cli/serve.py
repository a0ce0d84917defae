"""`zhunsheng web`: granian with the product's application."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from kernel import logging as kernel_logging
from kernel.lifeline import end_with
from kernel.settings import Settings

APPLICATION = "web.app:from_environment"
"""Named and not imported: the operator's tool stands beside the web, not above it."""


def serve(known: Settings, app_url: str, port: int) -> int:
    """Serve until SIGTERM or SIGINT. A worker process that dies is started again.

    Without `app_url` the launcher tells it on standard input, once the database answers.
    """
    kernel_logging.configure(known.log_level, "web")
    module, _, name = APPLICATION.partition(":")
    # Loaded before the workers are forked: they start at once and share its memory. What is loaded stays for good,
    # so the collector need not look at it, neither meanwhile (a tenth of the time) nor later.
    gc.disable()
    try:
        factory = getattr(importlib.import_module(module), name)
    except Exception:
        structlog.get_logger().critical("the web application did not load", exc_info=True)
        raise
    gc.freeze()
    gc.enable()
    url = app_url or sys.stdin.readline().strip()
    if not url:
        return 1
    master = os.getpid()

    def load(_target: str) -> Callable[..., Any]:
        end_with(master)
        gc.disable()
        application: Callable[..., Any] = factory(url)
        gc.freeze()
        gc.enable()
        return application

    Granian(
        APPLICATION,
        address=known.host,
        port=port,
        interface=Interfaces.ASGI,
        workers=int(known.web_workers),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_level=LogLevels.warning,
        log_dictconfig=_LOG,
    ).serve(target_loader=load)
    return 0


class _Line(logging.Formatter):
    """One JSON line an event, like the product's own log."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        line = {"event": record.getMessage(), "level": record.levelname.lower(), "timestamp": at}
        line |= {"process": "web", "logger": "granian"}
        return json.dumps(line, ensure_ascii=False)


_LOG = {"formatters": {"generic": {"()": _Line}, "access": {"()": _Line}}}
