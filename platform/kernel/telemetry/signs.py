"""Signs of life: each process writes a row every few seconds with what it counted, and removes it when it ends.

Figures travel through the database and not over ports of their own (docs/adr/0012-process-signs.md): what can do work
can reach the database, and whoever may read the metrics asks any web process.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog

from kernel.clock import system_now
from kernel.ids import new_id
from kernel.telemetry import figures

log = structlog.get_logger()
EVERY_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 45.0
"""A process that said nothing for so long is not counted as alive."""


def version() -> str:
    """The installed version of the product."""
    try:
        return metadata.version("zhunsheng")
    except metadata.PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One process as it showed itself last. `silent_seconds` by the database's clock."""

    id: UUID
    kind: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    silent_seconds: float
    figures: dict[str, Any]

    @property
    def alive(self) -> bool:
        return self.silent_seconds <= SILENT_SECONDS


@dataclass(slots=True)
class Beat:
    """Writes the signs of this process from a thread of its own, until `stop`."""

    url: str
    kind: str
    every: float = EVERY_SECONDS
    id: UUID = field(default_factory=new_id)
    started_at: datetime = field(default_factory=system_now)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="signs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the row goes with it, because this process ends on purpose."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def once(self) -> None:
        """Write one sign. Raises psycopg.Error."""
        with self._connect() as connection:
            connection.execute(
                "select guard.process_sign(%s, %s, %s, %s, %s, %s, %s)",
                [
                    self.id,
                    self.kind,
                    socket.gethostname(),
                    os.getpid(),
                    version(),
                    self.started_at,
                    json.dumps(figures.snapshot()),
                ],
            )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.once()
            except (psycopg.Error, OSError) as error:
                log.warning("no sign of life could be written", error=type(error).__name__)
            self._stopping.wait(self.every)
        try:
            with self._connect() as connection:
                connection.execute("select guard.process_gone(%s)", [self.id])
        except (psycopg.Error, OSError):
            return

    def _connect(self) -> psycopg.Connection[Any]:
        dsn = self.url.replace("postgresql+psycopg://", "postgresql://")
        return psycopg.connect(dsn, connect_timeout=5, options="-c statement_timeout=5s")
