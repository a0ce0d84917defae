"""The state of the whole installation at one moment: counts and ages, nothing of any record."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import text

from kernel.backup import state as backup_state
from kernel.backup.state import BackupState
from kernel.places import folder_of
from kernel.settings import Settings
from kernel.telemetry.signs import Sign
from kernel.work import Work

REVISION = re.compile(r"^revision = \"(\w+)\"", re.MULTILINE)
DOWN = re.compile(r"^down_revision = \"(\w+)\"", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox. Seconds: how long the oldest due row has waited to be handed over."""

    waiting: int
    under_way: int
    oldest_seconds: float
    dead_letters: int
    """Not replayed."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """The audit trail. `oldest_seconds`: the oldest committed entry without a seal."""

    oldest_seconds: float
    checked_at: datetime | None
    findings: int


@dataclass(frozen=True, slots=True)
class Store:
    """Room in bytes, and the age of the keys in days by name."""

    database_bytes: int
    disk_free: int
    disk_total: int
    keys: dict[str, int]


@dataclass(frozen=True, slots=True)
class State:
    """What `judging` and `exposition` work from."""

    at: datetime
    signs: tuple[Sign, ...]
    queue: Queue
    overdue_deadlines: int
    overdue_matters: int
    sealing: Sealing
    fired: dict[str, datetime]
    """The last firing of each periodic job."""
    revision: str
    """The migration that the database stands at; `head` is the newest that this program knows."""
    head: str
    backup: BackupState | None
    store: Store


async def read(work: Work, known: Settings) -> State:
    """Read everything in the work's transaction and from the home folder of this host."""
    query = text("select guard.system_state(:today), guard.schema_revision(), pg_database_size(current_database())")
    row = (await work.session.execute(query, {"today": work.today})).one()
    found: dict[str, Any] = row[0]
    signs = (await work.session.execute(text("select * from guard.process_signs()"))).all()
    return State(
        at=datetime.now(UTC),
        signs=tuple(Sign(*row) for row in signs),
        queue=Queue(**found["queue"]),
        overdue_deadlines=found["overdue"]["deadlines"],
        overdue_matters=found["overdue"]["matters"],
        sealing=Sealing(
            found["sealing"]["oldest_seconds"],
            _instant(found["sealing"]["checked_at"]),
            found["sealing"]["findings"],
        ),
        fired={job: datetime.fromisoformat(at) for job, at in found["fired"].items()},
        revision=row[1] or "",
        head=head(),
        backup=backup_state.read(known.home_path),
        store=_store(known, row[2]),
    )


def _instant(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


@cache
def head() -> str:
    """The newest migration of this program."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in (folder_of("migrations") / "versions").glob("*.py"):
        source = path.read_text("utf-8")
        revisions |= set(REVISION.findall(source))
        followed |= set(DOWN.findall(source))
    newest = revisions - followed
    if len(newest) != 1:
        raise RuntimeError(f"the migrations have {len(newest)} heads")
    return newest.pop()


def _store(known: Settings, database_bytes: int) -> Store:
    home = known.home_path
    usage = shutil.disk_usage(home if home.exists() else Path.cwd())
    now = time.time()
    keys = {path.stem: int((now - path.stat().st_mtime) // 86_400) for path in known.secrets_path.glob("*.key")}
    return Store(database_bytes, usage.free, usage.total, dict(sorted(keys.items())))
