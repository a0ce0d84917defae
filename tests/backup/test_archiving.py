"""The log is shipped in time, whatever the server does by itself."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cli.backup import ship_rest
from kernel import settings
from kernel.backup import state
from kernel.backup.archiver import NEVER, Archiver
from kernel.backup.spool import ARCHIVE_SECONDS, SERVER_SETTINGS
from kernel.embedded import EmbeddedServer
from kernel.settings import Settings
from tests.backup.lived import FAST, Lived, until


@pytest.fixture
def lived() -> Iterator[Lived]:
    root = Path(tempfile.mkdtemp(prefix="zhunsheng-archiving-"))
    root.chmod(0o711)
    yield Lived(root)
    shutil.rmtree(root, ignore_errors=True)


def start_quick(lived: Lived) -> EmbeddedServer:
    options = SERVER_SETTINGS | FAST | {"archive_timeout": "1"}
    lived.server = EmbeddedServer(lived.home, settings=options, folders=("archive",))
    lived.url = lived.server.start().url("postgres")
    return lived.server


def insert(lived: Lived) -> None:
    with psycopg.connect(lived.url, autocommit=True) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (1)")


def test_the_first_segment_after_a_start_does_not_wait_for_a_checkpoint(lived: Lived) -> None:
    """PostgreSQL's checkpointer sleeps five minutes after a start before it looks at archive_timeout."""
    assert ARCHIVE_SECONDS < 60
    server = start_quick(lived)
    try:
        archiver = Archiver(lived.source, lived.store, at=NEVER)
        archiver.ship()
        insert(lived)
        until("the segment was shipped", archiver.ship)
    finally:
        server.stop()


def test_the_last_segment_is_shipped_after_the_database_ended(lived: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Settings(
        home=str(lived.home), backup_dir=str(lived.store.root), backup_key=str(lived.root / "key"), demo="1"
    )
    monkeypatch.setattr(settings, "load", lambda: known)
    server = start_quick(lived)
    try:
        archiver = Archiver(lived.source, lived.store, at=NEVER)
        archiver.ship()
        state.update(lived.home, history=lived.source.history())
        insert(lived)
    finally:
        server.stop()
    before = lived.store.segments(lived.state().history)
    ship_rest(known)
    after = lived.store.segments(lived.state().history)
    assert len(after) > len(before)
    assert not list((lived.home / "postgres" / "archive").glob("0*"))
