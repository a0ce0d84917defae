"""The status of the installation as pages and API show it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kernel.settings import Settings
from kernel.telemetry import judging, state
from kernel.telemetry.judging import Light
from kernel.work import Work
from tenants.access import Target, authorize


class StatusLine(msgspec.Struct, frozen=True):
    """One part. `light`: green, yellow or red; `advice` says what to do, empty while it is green."""

    key: str
    name: str
    light: str
    fact: str
    advice: str


class ProcessSign(msgspec.Struct, frozen=True):
    """One process. `alive`: it showed itself within 45 seconds."""

    kind: str
    name: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    alive: bool


class JobFiring(msgspec.Struct, frozen=True):
    """One periodic job."""

    job: str
    name: str
    light: str
    last_at: datetime | None
    next_at: datetime | None


class SystemStatus(msgspec.Struct, frozen=True):
    """Everything that the system administrator watches. `light` is the worst of the lines."""

    at: datetime
    light: str
    lines: list[StatusLine]
    processes: list[ProcessSign]
    jobs: list[JobFiring]


async def system_status(work: Work, known: Settings) -> SystemStatus:
    """Ask policy and read the status (三员分立: the system administrator)."""
    await authorize(work, "system", "read", Target(owner_id=work.organ_id))
    found = await state.read(work, known)
    lines = judging.lines(found)
    return SystemStatus(
        at=found.at,
        light=judging.worst(line.light for line in lines),
        lines=[StatusLine(one.key, one.name, one.light, one.fact, one.advice) for one in lines],
        processes=[
            ProcessSign(
                sign.kind,
                judging.KINDS.get(sign.kind, sign.kind),
                sign.host,
                sign.pid,
                sign.version,
                sign.started_at,
                sign.seen_at,
                sign.alive,
            )
            for sign in found.signs
        ],
        jobs=[JobFiring(f.job, f.name, f.light, f.last, f.next_at) for f in judging.firings(found)],
    )


LIGHT_LABELS = {Light.GREEN: "正常", Light.YELLOW: "注意", Light.RED: "故障"}
