"""The status of the installation, for API clients of the system administrator."""

from __future__ import annotations

from web.api.shapes import read
from web.frame import settings
from web.status_views import SystemStatus, system_status
from web.turns import Req, reading


@read(
    "/admin/status",
    "readSystemStatus",
    "系统运行状态",
    ["系统管理"],
    description="进程、任务队列、定时任务、审计封存、备份、数据库和存储的状态；light 为 green、yellow 或者 red。",
)
async def status(request: Req) -> SystemStatus:
    async with reading(request) as work:
        return await system_status(work, settings(request))


ROUTES = [status]
