"""A progress bar: drawn in place on a terminal, a line for each tenth elsewhere."""

from __future__ import annotations

import sys
import time

WIDTH = 30
PAUSE = 0.1
"""Seconds between two drawings: more would cost more than the work that they report."""


class Bar:
    """Progress of one long step. `unit` follows the numbers: 120,000 / 1,000,000 entries."""

    def __init__(self, label: str, unit: str) -> None:
        self.label = label
        self.unit = unit
        self.began = time.monotonic()
        self.lively = sys.stdout.isatty()
        self._drawn = 0.0
        self._tenth = 0

    def show(self, done: int, total: int) -> None:
        """Say how far it is."""
        now = time.monotonic()
        share = min(1.0, done / total) if total else 1.0
        if self.lively and (now - self._drawn >= PAUSE or share == 1.0):
            self._drawn = now
            print(f"\r\x1b[K{self._text(share, done, total, now)}", end="", flush=True)
        elif not self.lively and int(share * 10) > self._tenth:
            self._tenth = int(share * 10)
            print(self._text(share, done, total, now), flush=True)

    def end(self) -> None:
        if self.lively:
            print(flush=True)

    def _text(self, share: float, done: int, total: int, now: float) -> str:
        filled = round(share * WIDTH)
        rate = done / max(now - self.began, 1e-6)
        bar = "█" * filled + "░" * (WIDTH - filled)
        return f"  {self.label} {bar} {share:4.0%}  {done:,} / {total:,} {self.unit}  {rate:,.0f}/s"
