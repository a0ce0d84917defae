"""The log's names, holes in it, and what may be thrown away."""

from __future__ import annotations

import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kernel.backup import files, keeping, state, wal
from kernel.backup.errors import Damaged, Missing, Refused
from kernel.backup.keyfile import Key
from kernel.backup.restoring import plan
from kernel.backup.store import Manifest, Store
from kernel.backup.wal import LONG_HEADER, chain_names, following

SIZE = 16 * 1024 * 1024
SMALL = 1024 * 1024
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def name(number: int, timeline: int = 1, size: int = SIZE) -> str:
    high, low = divmod(number, 0x1_0000_0000 // size)
    return f"{timeline:08X}{high:08X}{low:08X}"


def segment(number: int, fill: bytes = b"\0") -> bytes:
    """A made-up segment with the header that PostgreSQL gives it."""
    head = LONG_HEADER.pack(0xD118, 2, 1, number * SMALL, 0, 77, SMALL, 8192)
    return head + fill * (SMALL - len(head))


def base(number: int, ended_at: datetime, history: str = "h") -> Manifest:
    return Manifest(
        id=f"{ended_at:%Y%m%dT%H%M%SZ}-{number:06d}",
        history=history,
        kind="embedded",
        city="411000",
        demo=False,
        role_prefix="zhunsheng_test",
        database="zhunsheng",
        postgres=18,
        segment_bytes=SMALL,
        began_at=ended_at - timedelta(minutes=1),
        ended_at=ended_at,
        first_wal=name(number, size=SMALL),
        last_wal=name(number + 1, size=SMALL),
        content_bytes=1,
        stored_bytes=1,
        files={},
        blobs=0,
        audit=None,
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    root = tmp_path / "store"
    root.mkdir()
    return Store(root, Key(b"k" * 32))


def put(store: Store, manifest: Manifest) -> None:
    place = f"{manifest.history}/{manifest.id}"
    folder = store.base(manifest.history, manifest.id)
    store.put(folder / "manifest", f"{place}/manifest", [manifest.json()])
    store.put(store.secrets_of(manifest.history, manifest.id), f"{place}/keys", [b""])


def archive(store: Store, spool: Path, number: int, at: datetime) -> None:
    spool.mkdir(exist_ok=True)
    path = spool / name(number, size=SMALL)
    path.write_bytes(segment(number))
    os.utime(path, (at.timestamp(), at.timestamp()))
    assert wal.ship(store, "h", spool) == [path.name]


def test_names_go_on_over_the_border_of_four_gigabytes() -> None:
    assert following("000000010000000000000009", SIZE) == "00000001000000000000000A"
    assert following("0000000100000000000000FF", SIZE) == "000000010000000100000000"
    assert following("000000030000000A00000FFF", SMALL) == "000000030000000B00000000"


def test_a_hole_is_seen_and_what_was_before_the_base_is_not_missed() -> None:
    present = [name(n) for n in (2, 3, 254, 255, 256, 257, 259)]
    assert chain_names(present, name(253), SIZE) == (tuple(name(n) for n in (254, 255, 256, 257)), name(258))
    assert chain_names(present, name(1), SIZE) == ((name(2), name(3)), name(4))
    assert chain_names(present, name(258), SIZE) == ((name(259),), "")
    assert chain_names(present, name(300), SIZE) == ((), "")
    assert chain_names([name(5, timeline=2)], name(4), SIZE) == ((), ""), "another timeline is another history"


def test_shipping_encrypts_once_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    archive(store, spool, 5, NOW)
    assert not wal.waiting(spool)
    assert store.closed_at("h", name(5, size=SMALL)) == NOW
    # The server asks again after a crash between the copy and its own note: the same content is no trouble.
    archive(store, spool, 5, NOW + timedelta(seconds=9))
    path = spool / name(5, size=SMALL)
    path.write_bytes(segment(5, b"x"))
    with pytest.raises(Refused, match="两个数据库"):
        wal.ship(store, "h", spool)
    assert path.exists()
    assert wal.read(store, "h", path.name) == segment(5)


def test_a_segment_must_be_what_its_name_says(store: Store, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    path = spool / name(6, size=SMALL)
    for content in (segment(5), segment(6)[:-1], b""):
        path.write_bytes(content)
        with pytest.raises(Damaged):
            wal.ship(store, "h", spool)
        assert path.exists(), "what cannot be archived stays"


def test_every_second_of_the_kept_days_stays_restorable() -> None:
    bases = [base(n, NOW - timedelta(days=40 - n)) for n in range(40)]
    gone = keeping.expired(bases, NOW, 30)
    kept = [one for one in bases if one not in gone]
    assert kept[0].ended_at <= NOW - timedelta(days=30) < kept[1].ended_at
    assert keeping.expired(bases[:1], NOW + timedelta(days=999), 1) == [], "the last one is never thrown away"
    assert keeping.expired([], NOW, 1) == []


def test_pruning_removes_bases_keys_and_the_log_before_them(store: Store, tmp_path: Path) -> None:
    for number, days in ((1, 50), (3, 40), (5, 3)):
        put(store, base(number, NOW - timedelta(days=days)))
    put(store, base(1, NOW - timedelta(days=60), "old"))
    put(store, base(1, NOW - timedelta(days=2), "other"))
    for number in range(1, 8):
        archive(store, tmp_path / "spool", number, NOW - timedelta(days=8 - number))
    gone = keeping.prune(store, "h", NOW, 30)
    assert len(gone) == 2
    assert store.histories() == ["h", "other"]
    assert [one.first_wal for one in store.manifests("h")] == [name(3, size=SMALL), name(5, size=SMALL)]
    assert store.segments("h") == [name(n, size=SMALL) for n in range(3, 8)]
    assert len(list((store.root / "h" / "keys").iterdir())) == 2


def test_a_plan_says_what_can_be_had(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="没有"):
        plan(store)
    put(store, base(1, NOW))
    assert plan(store).reach == NOW
    spool = tmp_path / "spool"
    for number, minutes in ((3, 1), (4, 2), (6, 4)):
        archive(store, spool, number, NOW + timedelta(minutes=minutes))
    with pytest.raises(Missing, match=rf"{name(5, size=SMALL)} 缺失.*20:01:59"):
        plan(store)
    before = plan(store, NOW + timedelta(seconds=119))
    assert before.chain.names == (name(3, size=SMALL), name(4, size=SMALL))
    with pytest.raises(Missing, match="缺失"):
        plan(store, NOW + timedelta(seconds=121))
    archive(store, spool, 5, NOW + timedelta(minutes=3))
    assert plan(store).reach == NOW + timedelta(minutes=4) - wal.MARGIN
    with pytest.raises(Missing, match="只到 2026-11-23 20:03:59"):
        plan(store, NOW + timedelta(minutes=5))
    with pytest.raises(Missing, match="最早可以恢复到 2026-11-23 20:00:00"):
        plan(store, NOW - timedelta(seconds=1))
    put(store, base(4, NOW + timedelta(minutes=2)))
    assert plan(store, NOW + timedelta(minutes=3)).manifest.first_wal == name(4, size=SMALL)
    assert plan(store, NOW + timedelta(minutes=1)).manifest.first_wal == name(1, size=SMALL)


def test_the_daily_backup_is_due_by_the_clock_of_shanghai() -> None:
    assert keeping.scheduled(datetime(2026, 11, 23, 17, 31, tzinfo=UTC), "01:30") == datetime(
        2026, 11, 23, 17, 30, tzinfo=UTC
    )
    assert keeping.scheduled(datetime(2026, 11, 23, 17, 29, tzinfo=UTC), "01:30") == datetime(
        2026, 11, 22, 17, 30, tzinfo=UTC
    )


def test_an_unmounted_medium_is_not_taken_for_a_new_one(store: Store, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    state.recognise(home, store)
    state.recognise(home, store)
    mark = (store.root / "mark").read_bytes()
    (store.root / "mark").unlink()
    with pytest.raises(Refused, match="没有挂载"):
        state.recognise(home, store)
    (store.root / "mark").write_bytes(mark[::-1])
    with pytest.raises(Refused, match="不是上次"):
        state.recognise(home, store)
    with pytest.raises(Refused, match="不存在"):
        Store(tmp_path / "none", store.key).mark()


def test_a_new_folder_gets_one_mark_however_many_ask_at_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log, the files and the base are three threads, and all begin with this question."""
    home, meeting, made = tmp_path / "home", threading.Barrier(2), iter("ab")
    home.mkdir()

    def both_are_making_one(_: int) -> str:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(0.3)
        return next(made)

    monkeypatch.setattr("kernel.backup.store.secrets.token_hex", both_are_making_one)
    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(state.recognise, home, store) for _ in range(2)]:
            asked.result()
    assert list(made) == ["b"]


def test_files_go_once_under_a_name_that_tells_nothing(store: Store, tmp_path: Path) -> None:
    import hashlib

    blobs = tmp_path / "blobs"
    names = []
    for content in (b"one", b"two"):
        digest = hashlib.sha256(content).hexdigest()
        path = blobs / digest[:2] / digest[2:4] / digest
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        (path.parent / f"{digest}.17.half").write_bytes(b"being written")
        names.append(digest)
    broken = blobs / "ab" / "cd" / ("abcd" + "0" * 60)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"rotten")
    shipper = files.Shipper(store, blobs)
    assert shipper.ship() == 2
    assert shipper.ship() == 0
    assert list(shipper.broken) == [broken.name]
    listed = "\n".join(str(path) for path in store.root.rglob("*"))
    assert not any(digest in listed for digest in names)
    assert files.check(store, names[0]) == 3
    assert files.restore(store, names[1], tmp_path / "back") == 3
    # One file in the place of another is found, although both are whole.
    store.blob(names[1]).write_bytes(store.blob(names[0]).read_bytes())
    with pytest.raises(Damaged, match="调换"):
        files.check(store, names[1])
    store.blob(names[0]).unlink()
    with pytest.raises(Missing):
        files.check(store, names[0])
