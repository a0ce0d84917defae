"""The restore drill: an installation is backed up while it works, and comes back as it was at a chosen second."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from kernel.backup import base, checking, restoring, state
from kernel.backup.errors import BackupError, Damaged, Missing, Refused, WrongKey
from kernel.backup.keyfile import Key
from kernel.backup.store import Store
from kernel.sealing import online
from kernel.settings import Settings
from tests.backup.lived import Lived, Seen, look, revived, until


@dataclass
class Story:
    """What happened, and what was seen when."""

    lived: Lived
    chosen: Seen
    chosen_blobs: list[str]
    last: Seen
    root: Path

    def copy(self, name: str) -> Store:
        """The backup folder to be tampered with."""
        folder = self.root / name
        shutil.copytree(self.lived.store.root, folder)
        return replace(self.lived.store, root=folder)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A folder that the server's user can enter when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="zhunsheng-backup-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def story(root: Path) -> Iterator[Story]:
    lived = Lived(root)
    with lived.running():
        lived.write(5, file=True)
        with lived.archiving(), working(lived) as written:
            until("a base backup was made during writes", lambda: lived.state().base_id)
            before = written[0]
            until("writes go on", lambda: written[0] > before)
        with lived.archiving():
            lived.write(6, file=True)
            # Made after the base: what it seals after the base must be readable after a restore all the same.
            lived.known.secret("later")
            chosen = look(lived.url)
            blobs = list(lived.blobs)
            time.sleep(1.1)
            lived.write(4, file=True)
            with psycopg.connect(lived.url) as connection:
                connection.execute("drop table audit_check")
                connection.execute("delete from blob_record")
            last = look(lived.url)
            time.sleep(1.1)
            lived.catch_up(last.at)
            until("files and keys are there", lambda: kept(lived))
            until("the administrator is told", lambda: told_of(lived, last.at))
            yield Story(lived, chosen, blobs, last, root)


@contextlib.contextmanager
def working(lived: Lived) -> Iterator[list[int]]:
    """Somebody writes all the time; the number in the list counts."""
    stop, written = threading.Event(), [0]

    def work() -> None:
        while not stop.is_set():
            lived.write(1)
            written[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join()


def test_rows_audit_root_files_and_keys_are_those_of_the_chosen_second(story: Story) -> None:
    folder = story.root / "chosen"
    steps: set[str] = set()
    chosen = restoring.plan(story.lived.store, story.chosen.at)
    done = restoring.restore(story.lived.store, chosen, folder, lambda step, *_: steps.add(step))
    assert done.findings == []
    assert (done.seals, done.blobs) == (story.chosen.audit[0], len(story.chosen_blobs))
    assert {"database", "log", "files", "audit"} <= steps
    with revived(folder) as url:
        seen = look(url)
        assert seen.tables == story.chosen.tables
        assert seen.audit == story.chosen.audit
        assert seen.tables != story.last.tables
    for sha256 in story.chosen_blobs:
        content = (folder / "blobs" / sha256[:2] / sha256[2:4] / sha256).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    theirs = {path.name: path.read_text() for path in (folder / "secrets").iterdir()}
    assert theirs == {path.name: path.read_text() for path in story.lived.known.secrets_path.iterdir()}
    assert "later.key" in theirs
    histories = [
        json.loads((h / "postgres" / "server.json").read_text()).get("history") for h in (folder, story.lived.home)
    ]
    assert histories[0] != histories[1], "the restored database must not write into the log of the living one"


@pytest.mark.drill
def test_a_restored_trail_still_verifies_and_the_living_one_was_not_touched(story: Story) -> None:
    """To the newest second: everything that was committed is there."""
    folder = story.root / "newest"
    done = restoring.restore(story.lived.store, restoring.plan(story.lived.store), folder)
    assert done.findings == []
    with revived(folder) as url:
        seen = look(url)
        assert seen.tables == story.last.tables
        assert seen.audit == story.last.audit
        known = Settings(home=str(folder), role_prefix="zhunsheng_test", demo="1")
        access = replace(story.lived.access, url=story.lived.access.url.replace(port(story.lived.url), port(url)))
        report = online.verify(access, secret=known.secret("audit"))
        assert report.ok
        assert report.entries == done.entries > 0
    assert look(story.lived.url).tables == story.last.tables


def test_what_is_in_the_folder_is_proved_byte_by_byte(story: Story) -> None:
    manifest = story.lived.store.manifests()[-1]
    found = checking.check(story.lived.store, manifest)
    assert found.findings == []
    assert found.segments >= 1
    assert found.blobs >= 1
    assert found.reach is not None
    assert found.reach > story.last.at
    plain = [b"audit_entry", b"PGDMP", b"backup_label", "下载督办函".encode()]
    for path in story.lived.store.root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(word in content for word in plain), path


def test_the_state_tells_the_administrator(story: Story) -> None:
    told = story.lived.state()
    assert told.base_ended_at is not None
    assert told.wal_at is not None
    assert told.wal_at >= story.last.at
    assert (told.trouble, told.wal_waiting, told.folder) == ("", 0, str(story.lived.store.root))
    assert state.read(story.root) is None


def told_of(lived: Lived, moment: datetime) -> bool:
    """Does the state, which is written at intervals, tell of the log up to `moment`?"""
    told = lived.state()
    return told.wal_at is not None and told.wal_at >= moment and not told.wal_waiting


def kept(lived: Lived) -> bool:
    """Are all files in the backup, and the key that was made last?"""
    manifest = lived.store.manifests()[-1]
    place = lived.store.secrets_of(manifest.history, manifest.id)
    keys = lived.store.get(place, f"{manifest.history}/{manifest.id}/keys")
    return b"secrets/later.key" in keys and all(lived.store.blob(name).exists() for name in lived.blobs)


def alter(place: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)

    return change


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1_000])


CASES: list[tuple[str, Callable[[Path], None], type[BackupError], str]] = [
    ("database", alter(-5_000), Damaged, "改动"),
    ("database", cut, Damaged, "截断"),
    ("database", Path.unlink, Missing, "缺少"),
    ("manifest", alter(-3), Damaged, "改动"),
    ("keys", alter(-3), Damaged, "改动"),
    ("keys", cut, Damaged, "截断"),
    ("audit", alter(20), BackupError, "改动"),
]


@pytest.mark.parametrize(("name", "harm", "kind", "said"), CASES)
def test_a_harmed_base_is_refused_and_nothing_is_left(
    story: Story, name: str, harm: Callable[[Path], None], kind: type[BackupError], said: str
) -> None:
    with tempfile.TemporaryDirectory(dir=story.root) as scratch:
        store = story.copy(f"{Path(scratch).name}/store")
        manifest = store.manifests()[-1]
        place = store.base(manifest.history, manifest.id) / name
        harm(store.secrets_of(manifest.history, manifest.id) if name == "keys" else place)
        folder = Path(scratch) / "restored"
        with pytest.raises(kind, match=said):
            restoring.restore(store, restoring.plan(store), folder)
        assert [path.name for path in Path(scratch).iterdir()] == ["store"]
        if name != "manifest":
            assert checking.check(store, manifest).findings


def test_the_wrong_key_says_so(story: Story) -> None:
    with pytest.raises(WrongKey, match="密钥不对"):
        restoring.plan(replace(story.lived.store, key=Key(b"x" * 32)))


def test_a_missing_segment_is_named(story: Story) -> None:
    store = story.copy("holed")
    chosen = restoring.plan(store)
    gone = chosen.chain.names[0]
    store.segment(chosen.manifest.history, gone).unlink()
    if len(chosen.chain.names) > 1:
        with pytest.raises(Missing, match=gone):
            restoring.plan(store)
    with pytest.raises(Missing):
        restoring.plan(store, story.last.at)
    assert checking.check(store, chosen.manifest).findings or len(chosen.chain.names) == 1


@pytest.mark.drill
def test_a_harmed_segment_ends_the_recovery(story: Story) -> None:
    store = story.copy("rotten")
    chosen = restoring.plan(store, story.chosen.at)
    alter(-9)(store.segment(chosen.manifest.history, chosen.chain.names[0]))
    with pytest.raises(Damaged, match=chosen.chain.names[0]):
        restoring.restore(store, chosen, story.root / "rotten-restored")
    assert not list(story.root.glob("rotten-restored*"))


@pytest.mark.drill
def test_a_file_that_is_not_in_the_backup_is_told(story: Story) -> None:
    store = story.copy("lost")
    store.blob(story.chosen_blobs[0]).unlink()
    done = restoring.restore(store, restoring.plan(store, story.chosen.at), story.root / "lost-restored")
    assert [story.chosen_blobs[0] in text for text in done.findings] == [True]


def test_nothing_living_is_overwritten(story: Story) -> None:
    chosen = restoring.plan(story.lived.store)
    for folder in (story.lived.home, story.lived.store.root):
        with pytest.raises(Refused, match="不会覆盖"):
            restoring.restore(story.lived.store, chosen, folder)
    assert look(story.lived.url).tables == story.last.tables


def test_a_second_base_starts_from_where_it_is_and_one_at_a_time(story: Story) -> None:
    with base._alone(story.lived.home), pytest.raises(Refused, match="另一次备份"):
        base.take(story.lived.source, story.lived.store)
    before = story.lived.store.manifests()
    taken = base.take(story.lived.source, story.lived.store)
    assert taken.warnings == ()
    assert [one.id for one in story.lived.store.manifests()] == [*(one.id for one in before), taken.manifest.id]
    assert restoring.plan(story.lived.store).manifest == taken.manifest
    assert restoring.plan(story.lived.store, story.chosen.at).manifest == before[0]


def port(url: str) -> str:
    return url.rpartition(":")[2].partition("/")[0]
