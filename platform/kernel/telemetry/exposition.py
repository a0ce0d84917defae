"""The state and the figures of all processes in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from kernel.telemetry.figures import BOUNDS, JOBS, REQUESTS, Durations
from kernel.telemetry.signs import Sign
from kernel.telemetry.state import State

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
KINDS: Final = ("web", "relay", "scheduler", "worker")


def text(state: State) -> bytes:
    """Everything at one moment. A histogram has one series a process, named by `instance` (host:pid)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(state))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, state: State) -> None:
        self.state = state

    def collect(self) -> Iterator[Metric]:
        yield from _gauges(self.state)
        yield from _processes(self.state.signs)
        yield _histogram("zhunsheng_request_seconds", "Requests by route and status.", REQUESTS, self.state, "requests")
        yield _histogram("zhunsheng_job_seconds", "Jobs by name and result.", JOBS, self.state, "jobs")


def _gauges(state: State) -> Iterator[Metric]:
    queue, backup = state.queue, state.backup
    single = {
        "outbox_waiting": ("Outbox rows that are due and not handed over.", queue.waiting),
        "outbox_under_way": ("Outbox rows handed over and not done.", queue.under_way),
        "outbox_lag_seconds": ("How long the oldest due outbox row has waited.", queue.oldest_seconds),
        "dead_letters": ("Dead letters that nobody replayed.", queue.dead_letters),
        "overdue_deadlines": ("Running deadlines whose day has passed.", state.overdue_deadlines),
        "overdue_matters": ("Matters with such a deadline.", state.overdue_matters),
        "audit_unsealed_seconds": ("Age of the oldest audit entry without a seal.", state.sealing.oldest_seconds),
        "audit_findings": ("Findings of the last verification of the audit trail.", state.sealing.findings),
        "database_bytes": ("Size of the database.", state.store.database_bytes),
        "disk_free_bytes": ("Free room where the home folder lies.", state.store.disk_free),
        "migration_behind": ("1 when the database is not at the newest migration.", int(state.revision != state.head)),
    }
    for name, (meaning, value) in single.items():
        yield GaugeMetricFamily(f"zhunsheng_{name}", meaning, value=value)
    if state.sealing.checked_at is not None:
        yield _age("audit_checked", "Seconds since the audit trail was verified.", state.sealing.checked_at, state.at)
    if backup is not None and backup.base_ended_at is not None:
        yield _age("backup_base", "Seconds since the last base backup.", backup.base_ended_at, state.at)
    if backup is not None and backup.wal_at is not None:
        yield _age("backup_log", "Seconds since the newest write that is in the backup.", backup.wal_at, state.at)
    fired = GaugeMetricFamily(
        "zhunsheng_schedule_fired_age_seconds", "Seconds since a periodic job fired.", labels=["job"]
    )
    for job, at in sorted(state.fired.items()):
        fired.add_metric([job], (state.at - at).total_seconds())
    yield fired


def _age(name: str, meaning: str, moment: datetime, now: datetime) -> Metric:
    return GaugeMetricFamily(f"zhunsheng_{name}_age_seconds", meaning, value=(now - moment).total_seconds())


def _processes(signs: Iterable[Sign]) -> Iterator[Metric]:
    alive = GaugeMetricFamily("zhunsheng_processes", "Processes that showed a sign of life.", labels=["kind"])
    silent = GaugeMetricFamily(
        "zhunsheng_process_silent_seconds", "Seconds since a process' last sign.", labels=["kind", "instance"]
    )
    told: dict[str, GaugeMetricFamily] = {}
    living = [sign for sign in signs if sign.alive]
    for kind in KINDS:
        alive.add_metric([kind], sum(sign.kind == kind for sign in living))
    for sign in signs:
        silent.add_metric([sign.kind, _instance(sign)], sign.silent_seconds)
    for sign in living:
        for name, value in sorted(sign.figures.get("gauges", {}).items()):
            family = told.setdefault(
                name, GaugeMetricFamily(f"zhunsheng_{name}", "As the process says.", labels=["kind", "instance"])
            )
            family.add_metric([sign.kind, _instance(sign)], value)
    yield from (alive, silent, *told.values())


def _instance(sign: Sign) -> str:
    return f"{sign.host}:{sign.pid}"


def _histogram(name: str, meaning: str, durations: Durations, state: State, part: str) -> Metric:
    family = HistogramMetricFamily(name, meaning, labels=[*durations.labels, "kind", "instance"])
    for sign in state.signs:
        rows: list[tuple[list[str], list[float]]] = sign.figures.get(part, [])
        for key, found in rows:
            family.add_metric([*key, sign.kind, _instance(sign)], _cumulated(found), found[-1])
    return family


def _cumulated(found: list[float]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), found[:-1], strict=True):
        total += number
        buckets.append((bound, total))
    return buckets
