"""How long backups are kept: every second of the last N days stays restorable, what is older goes. Pure but for
`prune`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from kernel.backup.store import Manifest, Store
from kernel.clock import SHANGHAI


def expired(bases: Sequence[Manifest], now: datetime, days: int) -> list[Manifest]:
    """Of one history's bases, oldest first, those without which every second since `days` ago can still be restored."""
    horizon = now - timedelta(days=days)
    before = [base for base in bases if base.ended_at <= horizon]
    # The newest of those before the horizon is where a restore to the horizon itself starts; the newest of all stays.
    return before[:-1]


def scheduled(now: datetime, at: str) -> datetime:
    """The latest moment not after `now` at which a daily backup was due. `at`: HH:MM in Shanghai."""
    hour, minute = map(int, at.split(":"))
    local = now.astimezone(SHANGHAI)
    moment = datetime.combine(local.date(), time(hour, minute), SHANGHAI)
    return moment if moment <= local else moment - timedelta(days=1)


def prune(store: Store, current: str, now: datetime, days: int) -> list[str]:
    """Remove what is older than needed; returns the ids of the bases that went. Files are never removed: the product
    itself never removes one."""
    gone = []
    for history in store.histories():
        bases = store.manifests(history)
        old = expired(bases, now, days)
        if history != current and bases and _newest(store, history, bases) < now - timedelta(days=days):
            old = list(bases)
        for base in old:
            _remove_base(store, base)
            gone.append(base.id)
        kept = [base for base in bases if base not in old]
        if kept:
            _remove_segments(store, history, min(base.first_wal for base in kept))
        elif bases:
            shutil.rmtree(store.root / history)
    return gone


def _newest(store: Store, history: str, bases: Sequence[Manifest]) -> datetime:
    names = store.segments(history)
    last = store.closed_at(history, names[-1]) if names else bases[-1].ended_at
    return max(last, bases[-1].ended_at)


def _remove_base(store: Store, base: Manifest) -> None:
    # Renamed first: a base that is half gone must not look like one.
    folder = store.base(base.history, base.id)
    hidden = folder.with_name(f".{base.id}")
    folder.rename(hidden)
    shutil.rmtree(hidden)
    store.secrets_of(base.history, base.id).unlink(missing_ok=True)


def _remove_segments(store: Store, history: str, first: str) -> None:
    for name in store.segments(history):
        if name < first:
            path = store.segment(history, name)
            path.unlink()
            with contextlib.suppress(OSError):
                path.parent.rmdir()
