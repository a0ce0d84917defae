"""What a state means: a light for each part, and advice for every light that is not green."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel.backup.state import BackupState
from kernel.ids import new_id
from kernel.telemetry import figures, judging
from kernel.telemetry.exposition import text
from kernel.telemetry.judging import Light
from kernel.telemetry.signs import Sign
from kernel.telemetry.state import Queue, Sealing, State, Store

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
GIB = 1024**3


def sign(kind: str, silent: float = 3.0, version: str = "1.0", **said: Any) -> Sign:
    return Sign(new_id(), kind, "host", 7, version, NOW - timedelta(hours=2), NOW, silent, said)


SCHEDULE = {"schedule": [{"job": "check_audit", "cron": "40 2 * * *", "every": 0, "next": "2026-11-24T18:40:00+00:00"}]}
FINE = State(
    at=NOW,
    signs=(sign("web"), sign("relay"), sign("worker"), sign("scheduler", facts=SCHEDULE)),
    queue=Queue(0, 2, 0.0, 0),
    overdue_deadlines=3,
    overdue_matters=2,
    sealing=Sealing(0.2, NOW - timedelta(hours=8), 0),
    fired={"check_audit": NOW - timedelta(hours=8)},
    revision="0003",
    head="0003",
    backup=BackupState("/b", "m", base_ended_at=NOW - timedelta(hours=9), wal_at=NOW - timedelta(seconds=30)),
    store=Store(5 * GIB, 60 * GIB, 100 * GIB, {"tenancy": 40}),
)
LATE = {"schedule": [{"job": "sweep_deadlines", "cron": "", "every": 15, "next": NOW.isoformat()}]}
MISSED = {"sweep_deadlines": NOW - timedelta(minutes=6)}
CASES: list[tuple[str, Light, dict[str, Any]]] = [
    ("web", Light.RED, {"signs": ()}),
    ("worker", Light.RED, {"signs": (sign("worker", 90),)}),
    ("worker", Light.YELLOW, {"signs": (sign("worker"), sign("worker", 90))}),
    ("queue", Light.YELLOW, {"queue": Queue(9, 0, 61, 0)}),
    ("queue", Light.RED, {"queue": Queue(9, 0, 601, 0)}),
    ("dead_letters", Light.YELLOW, {"queue": Queue(0, 0, 0, 1)}),
    ("schedule", Light.RED, {"signs": (sign("scheduler", facts=LATE),), "fired": MISSED}),
    ("schedule", Light.YELLOW, {"signs": (), "fired": {}}),
    ("sealing", Light.YELLOW, {"sealing": Sealing(11, NOW, 0)}),
    ("sealing", Light.RED, {"sealing": Sealing(61, NOW, 0)}),
    ("verification", Light.RED, {"sealing": Sealing(0, NOW, 1)}),
    ("verification", Light.YELLOW, {"sealing": Sealing(0, NOW - timedelta(hours=51), 0)}),
    ("verification", Light.YELLOW, {"sealing": Sealing(0, None, 0)}),
    ("backup", Light.YELLOW, {"backup": None}),
    ("backup", Light.RED, {"backup": BackupState("/b", "m", trouble="备份目录不可用")}),
    ("backup", Light.RED, {"backup": BackupState("/b", "m", base_ended_at=NOW - timedelta(hours=51))}),
    ("migration", Light.RED, {"revision": "0002"}),
    ("version", Light.YELLOW, {"signs": (sign("web"), sign("relay", version="2.0"))}),
    ("disk", Light.YELLOW, {"store": replace(FINE.store, disk_free=15 * GIB)}),
    ("disk", Light.RED, {"store": replace(FINE.store, disk_free=5 * GIB)}),
    ("keys", Light.RED, {"store": replace(FINE.store, keys={})}),
    ("keys", Light.YELLOW, {"store": replace(FINE.store, keys={"tenancy": 1_200})}),
]  # fmt: skip


def test_all_is_green_when_all_is_well() -> None:
    found = judging.lines(FINE)
    assert [line.key for line in found if line.light is not Light.GREEN] == []
    assert all(line.fact and not line.advice for line in found)


@pytest.mark.parametrize(("key", "light", "changes"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_each_trouble_has_its_light_and_its_advice(key: str, light: Light, changes: dict[str, Any]) -> None:
    line = next(line for line in judging.lines(replace(FINE, **changes)) if line.key == key)
    assert line.light is light
    assert line.advice.endswith("。")


def test_every_trouble_is_tried() -> None:
    assert {key for key, _, _ in CASES} | {"relay", "scheduler"} == {line.key for line in judging.lines(FINE)}


@pytest.mark.parametrize(
    ("seconds", "words"), [(59, "59 秒"), (119, "119 秒"), (120, "2 分钟"), (7_200, "2 小时"), (200_000, "2 天")]
)
def test_lengths_in_the_largest_unit_that_says_enough(seconds: float, words: str) -> None:
    assert judging.span(seconds) == words


def test_durations_are_counted_below_their_bounds() -> None:
    counted = figures.Durations(("job",))
    for seconds in (0.005, 0.006, 99.0):
        counted.observe(("a",), seconds)
    assert counted.counts["a",] == [1, 1, *[0.0] * 9, 1, pytest.approx(99.011)]
    row = [["a", "done"], counted.counts["a",]]
    said = text(replace(FINE, signs=(sign("worker", jobs=[row]),))).decode()
    labels = 'instance="host:7",job="a",kind="worker",le="{}",result="done"'
    for bound, number in (("0.005", "1.0"), ("0.01", "2.0"), ("10.0", "2.0"), ("+Inf", "3.0")):
        assert f"zhunsheng_job_seconds_bucket{{{labels.format(bound)}}} {number}\n" in said


def test_what_would_be_endless_is_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST_KEYS", 2)
    counted = figures.Durations(("route",))
    for route in "abcd":
        counted.observe((route,), 0.1)
    assert set(counted.counts) == {("a",), ("b",), (figures.OTHER,)}
