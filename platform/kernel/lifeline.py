"""Children that end with their parent: even kill -9 of the launcher leaves no process behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PARENT = "ZS_PARENT"
"""Environment variable in which the launcher names itself to its children."""
_PR_SET_PDEATHSIG = 1


def end_with(parent: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel send `number` to this process when `parent` dies; leave at once if it already has.

    Linux only; elsewhere nothing happens and the operator's supervisor has to clean up.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit("the launcher died")


def end_with_launcher() -> None:
    """Bind this process to the launcher that started it, if one did."""
    parent = os.environ.pop(PARENT, "")
    if parent:
        end_with(int(parent))
