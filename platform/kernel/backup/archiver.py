"""What runs all the time where a backup folder is set: ships the log and new files, and makes the daily base."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog

from kernel.backup import base, keeping, state, wal
from kernel.backup.errors import BackupError
from kernel.backup.files import Shipper
from kernel.backup.source import Source
from kernel.backup.store import Store
from kernel.clock import system_now

log = structlog.get_logger()
TICK: Final = 1.0
FILES_SECONDS: Final = 20.0
BASE_SECONDS: Final = 30.0
"""Between two looks whether a base is due."""
PAUSE_SECONDS: Final = 10.0
NEVER: Final = "off"


@dataclass(slots=True)
class Archiver:
    """Works until `stop`. Errors are logged, kept in the state, and tried again; they end nothing."""

    source: Source
    store: Store
    keep_days: int = 30
    at: str = "01:30"
    files_seconds: float = FILES_SECONDS
    stopping: threading.Event = field(default_factory=threading.Event)
    _history: str = ""
    _trouble: dict[str, str] = field(default_factory=dict)
    _keys: tuple[object, ...] = ()

    def run(self) -> None:
        """Ship in this thread, copy in another: a base of an hour must not hold the log up."""
        copier = threading.Thread(target=self._loop, args=("base", BASE_SECONDS, self.make_base_if_due), name="base")
        filer = threading.Thread(target=self._loop, args=("files", self.files_seconds, self._filer()), name="files")
        copier.start()
        filer.start()
        self._loop("log", TICK, self.ship)
        copier.join()
        filer.join()

    def stop(self) -> None:
        self.stopping.set()

    def ship(self) -> list[str]:
        """One round of the log."""
        history, spool = self._known(), self.source.spool
        names = wal.ship(self.store, history, spool) if spool is not None and spool.is_dir() else []
        changes: dict[str, object] = {}
        if names:
            changes["wal_at"] = self.store.closed_at(history, names[-1])
        known = state.read(self.source.home)
        now = datetime.now(UTC)
        if changes or known is None or known.seen_at is None or (now - known.seen_at).total_seconds() > PAUSE_SECONDS:
            waiting = len(wal.waiting(spool)) if spool is not None else 0
            state.update(self.source.home, seen_at=now, wal_waiting=waiting, **changes)
        return names

    def make_base_if_due(self) -> bool:
        """A base when there is none, when the daily one is due, or when the log has a hole after the newest."""
        history = self._known()
        if not self._due(history):
            return False
        taken = base.take(self.source, self.store)
        log.info(
            "base backup", id=taken.manifest.id, bytes=taken.manifest.stored_bytes, seconds=round(taken.seconds, 1)
        )
        for warning in taken.warnings:
            log.warning(warning)
        gone = keeping.prune(self.store, history, system_now(), self.keep_days)
        if gone:
            log.info("old backups removed", ids=gone)
        return True

    def _known(self) -> str:
        """The history, asked for once; the folder is looked at every time, because a medium may come and go."""
        state.recognise(self.source.home, self.store)
        if not self._history:
            self._history = self.source.history()
            self.source.wake()
        return self._history

    def _due(self, history: str) -> bool:
        ids = self.store.base_ids(history)
        if not ids:
            return True
        newest = self.store.manifest(history, ids[-1])
        present = self.store.segments(history)
        if wal.chain_names(present, newest.last_wal, newest.segment_bytes)[1]:
            return True
        return self.at != NEVER and newest.began_at < keeping.scheduled(system_now(), self.at)

    def _filer(self) -> Callable[[], None]:
        shipper = Shipper(self.store, self.source.blobs)
        told: set[str] = set()

        def work() -> None:
            history = self._known()
            shipper.ship()
            for name in shipper.broken.keys() - told:
                told.add(name)
                log.error("原件已损坏，未能备份", error=shipper.broken[name])
            self._renew_keys(history)

        return work

    def _renew_keys(self, history: str) -> None:
        """A key that was made after the base belongs to it all the same: rows after it may need it."""
        folder = self.source.secrets
        present = tuple(sorted((p.name, p.stat().st_mtime_ns) for p in folder.iterdir())) if folder.is_dir() else ()
        ids = self.store.base_ids(history)
        if ids and (ids[-1], present) != self._keys:
            base.keep_keys(self.source, self.store, history, ids[-1])
            self._keys = (ids[-1], present)

    def _loop(self, part: str, seconds: float, step: Callable[[], object]) -> None:
        while not self.stopping.is_set():
            try:
                step()
                self._note(part, "")
                pause = seconds
            except (BackupError, OSError, psycopg.Error) as error:
                self._note(part, str(error))
                pause = PAUSE_SECONDS
            self._wait(pause)

    def _note(self, part: str, text: str) -> None:
        """Log a new trouble once, and keep it where the status page finds it."""
        if self._trouble.get(part, "") != text:
            self._trouble[part] = text
            if text:
                log.error("backup", part=part, error=text)
            # A full disk must not end the loop that waits for its end.
            try:
                state.update(self.source.home, trouble="；".join(t for t in self._trouble.values() if t))
            except OSError as error:
                log.error("backup state", error=str(error))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping.is_set() and (left := until - time.monotonic()) > 0:
            self.stopping.wait(min(left, TICK))
