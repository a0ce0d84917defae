"""`zhunsheng up` as an operator sees it: it answers, ends in time, and survives being killed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

START_SECONDS = 90


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the database's user can enter when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-up-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    ours = ("ZHUNSHENG_", "ZS_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {"ZHUNSHENG_HOME": str(home)}


class Launched:
    """A running `zhunsheng up`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = home / "said.txt"
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"],
                env=_environment(home),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.address = self._wait()

    def _wait(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"http://127\.0\.0\.1:\d+", self.said.read_text("utf-8"))
            if found:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(self.said.read_text("utf-8"))

    def answers(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/health/live", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def members(self) -> set[int]:
        """Every process below this home: the database works in its data folder, the others name their launcher."""
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                    if str(self.home).encode() in text:
                        found.add(int(entry.name))
        return found

    def end(self, number: signal.Signals) -> float:
        """Send the signal to the launcher alone; seconds until the last process is gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        while self.members():
            assert time.monotonic() - began < 30, f"still there: {self.members()}"
            time.sleep(0.05)
        return time.monotonic() - began


@contextlib.contextmanager
def launched(home: Path) -> Iterator[Launched]:
    tree = Launched(home)
    try:
        yield tree
    finally:
        if tree.process.poll() is None:
            tree.end(signal.SIGTERM)


def test_up_answers_and_ends_within_five_seconds(home: Path) -> None:
    with launched(home) as tree:
        assert tree.answers()
        second = subprocess.run(
            [sys.executable, "-m", "cli", "up"],
            env=_environment(home),
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert second.returncode == 1
        assert f"already running at {tree.address}" in second.stderr
        assert tree.end(signal.SIGINT) < 5
        assert tree.process.returncode == 0
    assert sorted(path.name for path in (home / "logs").iterdir()) == [
        "relay.log",
        "scheduler.log",
        "web.log",
        "worker.log",
    ]


@pytest.mark.drill
def test_up_starts_again_after_kill_9(home: Path) -> None:
    for _ in range(3):
        with launched(home) as tree:
            assert tree.answers()
            tree.end(signal.SIGKILL)
    with launched(home) as tree:
        assert tree.answers()


@pytest.mark.drill
def test_a_killed_part_is_started_again(home: Path) -> None:
    with launched(home) as tree:
        for words in (b"jobs\0worker", b"cli\0web"):
            victim = _find(tree, words)
            os.kill(victim, signal.SIGKILL)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                with contextlib.suppress(StopIteration):
                    if _find(tree, words) != victim and tree.answers():
                        break
                time.sleep(0.1)
            else:
                raise AssertionError(tree.said.read_text("utf-8"))


def _find(tree: Launched, words: bytes) -> int:
    return next(pid for pid in sorted(tree.members()) if words in Path(f"/proc/{pid}/cmdline").read_bytes())
