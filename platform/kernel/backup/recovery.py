"""PostgreSQL replays the log: a server in the new folder asks for segments, this process decrypts them for it.

The server's user never sees the key. Its restore_command puts a question into a folder and waits for the answer; the
next segment is decrypted while the server works on the one before.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kernel.backup import wal
from kernel.backup.errors import BackupError, Missing
from kernel.backup.store import Manifest, Store
from kernel.embedded import EmbeddedServer
from kernel.processes import EmbeddedError, ServerUser

FETCH: Final = "fetch"
RECOVERY_SECONDS: Final = 6 * 3600.0
# Given up after about five minutes; an answer above 125 ends the recovery instead of ending the log.
COMMAND: Final = (
    f"f=../{FETCH}/%f; : > $f.want; i=0; "
    "while [ ! -e $f.got ] && [ ! -e $f.none ] && [ ! -e $f.bad ]; do "
    "i=$((i+1)); [ $i -gt 15000 ] && exit 255; sleep 0.02; done; "
    "[ -e $f.bad ] && exit 255; [ -e $f.got ] && mv $f.got %p"
)


class Fetcher(threading.Thread):
    """Answers the server's questions from the archive until `close`."""

    def __init__(
        self, store: Store, manifest: Manifest, names: Collection[str], *, folder: Path, user: ServerUser
    ) -> None:
        super().__init__(name="log-fetcher", daemon=True)
        self.error: BackupError | None = None
        self.served = 0
        """How many segments the server took so far."""
        self.progress: Callable[[int], None] = lambda _: None
        self._store = store
        self._manifest = manifest
        self._names = frozenset(names)
        self._folder = folder
        self._user = user
        self._stopping = threading.Event()

    def run(self) -> None:
        while not self._stopping.wait(0.01):
            for path in sorted(self._folder.glob("*.want")):
                path.unlink(missing_ok=True)
                self._answer(path.stem)

    def close(self) -> None:
        self._stopping.set()
        self.join()

    def _answer(self, name: str) -> None:
        if name not in self._names:
            self._touch(name, "none")
            return
        if not (self._folder / f"{name}.got").exists():
            self._prepare(name)
        self.served += 1
        self.progress(self.served)
        with contextlib.suppress(ValueError):
            later = wal.following(name, self._manifest.segment_bytes)
            if later in self._names and self.error is None:
                self._prepare(later)

    def _prepare(self, name: str) -> None:
        fresh = self._folder / f"{name}.new"
        try:
            content = wal.read(self._store, self._manifest.history, name)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
                target.write(content)
            if self._user.differs:
                os.chown(fresh, self._user.uid, self._user.gid)
            fresh.rename(self._folder / f"{name}.got")
        except BackupError as error:
            self.error = error
            self._touch(name, "bad")
        except OSError as error:
            self.error = BackupError(f"写入恢复目录时出错：{error.strerror}。")
            self._touch(name, "bad")

    def _touch(self, name: str, ending: str) -> None:
        (self._folder / f"{name}.{ending}").touch(mode=0o644)


def recover(home: Path, fetcher: Fetcher, target: datetime | None) -> EmbeddedServer:
    """Replay the log in `home` up to `target` (None: all there is); returns the server, started and writable.

    A target after the last commit is reached by replaying everything: the caller has made sure that the archive covers
    it. Raises BackupError.
    """
    options = {
        "restore_command": COMMAND,
        "recovery_target_timeline": "current",
        "recovery_target_action": "promote",
        "hot_standby": "off",
        "archive_mode": "off",
    }
    wanted = {"recovery_target_time": target.astimezone(UTC).isoformat(sep=" ")} if target is not None else {}
    try:
        return _started(home, fetcher, options | wanted)
    except EmbeddedError as error:
        if not wanted or "recovery ended before configured recovery target was reached" not in str(error):
            raise _explained(fetcher, error) from error
    try:
        return _started(home, fetcher, options)
    except EmbeddedError as error:
        raise _explained(fetcher, error) from error


def _started(home: Path, fetcher: Fetcher, options: dict[str, str]) -> EmbeddedServer:
    server = EmbeddedServer(home, settings=options, folders=(FETCH,), patience=RECOVERY_SECONDS)
    if not fetcher.is_alive():
        fetcher.start()
    server.start()
    return server


def _explained(fetcher: Fetcher, error: EmbeddedError) -> BackupError:
    if fetcher.error is not None:
        return fetcher.error
    said = str(error)
    if "could not locate required checkpoint record" in said or "requested recovery stop point is before" in said:
        return Missing(f"日志不全，恢复不到一致的状态：\n{said[-600:]}")
    return BackupError(f"PostgreSQL 没有完成恢复：\n{said[-900:]}")
