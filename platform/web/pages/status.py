"""The system administrator's page: what runs, what waits, and what to do about it."""

from __future__ import annotations

from datetime import datetime

from litestar import get
from litestar.response import Template

from kernel.clock import local_time
from web.frame import page, settings
from web.status_views import LIGHT_LABELS, SystemStatus, system_status
from web.turns import Req, reading

SUMMARY = {
    "green": "全部正常。",
    "yellow": "有需要注意的事项，不影响办理业务。",
    "red": "有故障，请按下面的说明处理。",
}


@get("/admin/status")
async def status(request: Req) -> Template:
    """State of processes, queue, schedule, audit, backup, storage."""
    async with reading(request) as work:
        found = await system_status(work, settings(request))
        return await page(
            request,
            work,
            "admin/status.html",
            title="运行状态",
            active="/admin/status",
            summary=SUMMARY[found.light],
            light=found.light,
            read_at=_moment(found.at),
            lights=LIGHT_LABELS,
            lines=found.lines,
            processes=_processes(found),
            jobs=[
                {"name": j.name, "light": j.light, "last": _moment(j.last_at), "next": _moment(j.next_at)}
                for j in found.jobs
            ],
        )


def _processes(found: SystemStatus) -> list[dict[str, object]]:
    return [
        {
            "name": p.name,
            "place": f"{p.host}:{p.pid}",
            "version": p.version,
            "started": _moment(p.started_at),
            "seen": _moment(p.seen_at),
            "alive": p.alive,
        }
        for p in found.processes
    ]


def _moment(moment: datetime | None) -> str:
    """11月24日 09:05:30: the machine's time, not the product's clock."""
    if moment is None:
        return "–"
    here = local_time(moment)
    return f"{here.month}月{here.day}日 {here:%H:%M:%S}"


ROUTES = [status]
