"""The processes below `zhunsheng up`: each bound to its launcher, restarted when it dies, stopped together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.console import warn
from kernel.lifeline import PARENT

LOG_LIMIT = 10 * 1024 * 1024
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
"""After so long alive, the next death is a new trouble and not the old one."""


@dataclass(slots=True)
class Child:
    """One process with its log. `start` may be called again after it died."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    inherited: tuple[int, ...] = ()
    told: bool = False
    """Waits on its standard input for one line (`tell`): it can load its code while the database starts."""
    process: subprocess.Popen[bytes] | None = field(default=None)
    _pause: float = FIRST_PAUSE
    _started: float = 0.0
    _again_at: float = 0.0
    _read: int = 0
    _line: bytes = b""

    def tell(self, line: str) -> None:
        """Send the line, now and after each restart."""
        self._line = line.encode() + b"\n"
        if self.process is not None and self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(self._line)
                self.process.stdin.close()

    def start(self) -> None:
        """Start in a session of its own, so that the terminal's Ctrl-C reaches the launcher alone."""
        self._roll()
        output = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.process = subprocess.Popen(
                self.command,
                env={**self.environment, PARENT: str(os.getpid())},
                bufsize=0,
                stdin=subprocess.PIPE if self.told else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.inherited,
            )
        finally:
            os.close(output)
        self._started = time.monotonic()
        if self._line:
            self.tell(self._line.decode().strip())

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> None:
        """Start it again when it has died and its pause is over; the pause doubles while it keeps dying."""
        now = time.monotonic()
        if self.process is not None and not self.alive():
            if now - self._started > STEADY_SECONDS:
                self._pause = FIRST_PAUSE
            warn(f"{self.name} ended with {self.process.returncode}; again in {self._pause:g} s; see {self.log}")
            self.process = None
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif self.process is None and now >= self._again_at:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        """To the whole session: the web server's own workers too."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def errors(self) -> Iterator[str]:
        """What was logged as an error since the last call, one line each."""
        with contextlib.suppress(FileNotFoundError), self.log.open("rb") as log:
            log.seek(self._read)
            said = log.read()
            # A line that is still being written waits for its end.
            complete = said[: said.rfind(b"\n") + 1]
            self._read += len(complete)
            for line in complete.splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if isinstance(entry, dict) and entry.get("level") in ("error", "critical"):
                        yield _brief(entry)

    def tail(self, size: int = 2000) -> str:
        """The end of what this run logged."""
        with contextlib.suppress(FileNotFoundError):
            return self.log.read_bytes()[-size:].decode(errors="replace").strip()
        return ""

    def _roll(self) -> None:
        size = self.log.stat().st_size if self.log.exists() else 0
        if size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
            size = 0
        self._read = size


def _brief(entry: Mapping[str, object]) -> str:
    cause = str(entry.get("exception") or entry.get("error") or "").strip().splitlines()
    return ": ".join(part for part in (str(entry.get("event", "")), cause[-1] if cause else "") if part)


def stop_all(children: Sequence[Child], seconds: float) -> None:
    """SIGTERM to all at once; whoever is still there after `seconds` is killed."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(child.alive() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    for child in children:
        if child.alive():
            child.signal(signal.SIGKILL)
            assert child.process is not None
            child.process.wait()
