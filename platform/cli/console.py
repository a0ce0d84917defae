"""What the operator sees: one line a step with its seconds, tables, errors without a traceback."""

from __future__ import annotations

import contextlib
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence


class Failed(Exception):
    """A command did not work; the message says what to do next."""


@contextlib.contextmanager
def step(label: str) -> Iterator[None]:
    """One progress line: updated in place on a terminal, printed once elsewhere."""
    started = time.monotonic()
    lively = sys.stdout.isatty()
    back = "\r\x1b[K" if lively else ""
    if lively:
        print(f"  … {label}", end="", flush=True)
    try:
        yield
    except BaseException:
        print(f"{back}  ✗ {label}  {time.monotonic() - started:.1f} s", flush=True)
        raise
    print(f"{back}  ✓ {label}  {time.monotonic() - started:.1f} s", flush=True)


def warn(text: str) -> None:
    print(f"  ! {text}", file=sys.stderr, flush=True)


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Columns aligned on a terminal, where a Chinese character takes two cells."""
    widths = [max(map(_cells, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        padded = [cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append((indent + "  ".join(padded)).rstrip())
    return "\n".join(lines)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
