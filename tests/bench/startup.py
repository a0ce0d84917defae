"""Seconds from `zhunsheng up --demo` to the first page: the second start (warm_s), a fresh clone (fresh_s).

The warm start is measured on a demo that was started and stopped before; the fresh one clones the checkout and
runs `python3 dev.py demo` in it with the caches as they are. The page is the log-in page, as a browser gets it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600


def run(*, quick: bool) -> dict[str, object]:
    """`warm_s` is the median of several second starts; `first_s` the first start of a set-up checkout."""
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-startup-"))
    folder.chmod(0o711)
    command = [sys.executable, "-m", "cli", "up", "--demo"]
    try:
        first = _start(command, folder / "home", ROOT)
        warm = [_start(command, folder / "home", ROOT) for _ in range(3 if quick else 7)]
        figures: dict[str, object] = {
            "first_s": round(first, 2),
            "warm_s": round(statistics.median(warm), 2),
            "warm_best_s": round(min(warm), 2),
        }
        if not quick:
            clone = folder / "clone"
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
            fresh = ["python3", "dev.py", "demo"]
            figures["fresh_s"] = round(_start(fresh, folder / "fresh", clone), 2)
        return figures
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: list[str], home: Path, where: Path) -> float:
    """Start, get the first page, stop. Seconds from the start to the page's last byte."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ZHUNSHENG_", "VIRTUAL_ENV"))}
    with tempfile.NamedTemporaryFile() as said:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=where,
            env={**environment, "ZHUNSHENG_HOME": str(home)},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            address = _address(process, Path(said.name), began)
            with urllib.request.urlopen(f"{address}/login", timeout=30) as page:
                assert b"<html" in page.read()
            return time.monotonic() - began
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _address(process: subprocess.Popen[bytes], said: Path, began: float) -> str:
    while time.monotonic() - began < PATIENCE and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", said.read_text("utf-8", errors="replace"))
        if found:
            return found[0]
        time.sleep(0.01)
    raise RuntimeError(f"it did not start:\n{said.read_text('utf-8', errors='replace')}")
