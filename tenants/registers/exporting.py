"""The register as a workbook with a watermark that names who took it, the template, and the report of an import."""

from __future__ import annotations

import asyncio
from uuid import UUID

from kernel.wording import format_moment
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.registers import workbook
from tenants.registers.importing import import_view
from tenants.registers.listing import TABS, OfficerFilter, export_rows


async def export(work: Work, chosen: OfficerFilter) -> tuple[str, bytes]:
    """(file name, .xlsx) of what a list shows, citizen ids masked. Audited. Raises Denied, NotFound."""
    rows = await export_rows(work, chosen)
    work.record(
        "export",
        "officer",
        None,
        title=f"导出执法人员 {len(rows)} 人",
        note=TABS[chosen.tab],
        article="规则:个人信息保护",
        detail={"count": len(rows), "reach": chosen.reach},
    )
    mark = f"{_mark(work)}　共 {len(rows)} 人"
    return f"执法人员{work.today:%Y%m%d}.xlsx", await asyncio.to_thread(workbook.export, rows, mark)


def _mark(work: Work) -> str:
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    return f"导出人 {who}　导出时间 {format_moment(work.now)}　内部资料，不得外传"


async def template(work: Work) -> tuple[str, bytes]:
    """(file name, .xlsx) of the workbook to fill in. Raises Denied."""
    await authorize(work, "officer", "import", Target(owner_id=work.organ_id))
    return "执法人员填报模板.xlsx", await asyncio.to_thread(workbook.template)


async def problem_report(work: Work, import_id: UUID) -> tuple[str, bytes]:
    """(file name, .xlsx) of the wrong cells of an import. Raises NotFound, Denied."""
    found = await import_view(work, import_id)
    mark = f"{found.file_name}　{found.problem_count} 处问题，全部未导入　{_mark(work)}"
    return "导入问题.xlsx", await asyncio.to_thread(workbook.report, found.problems, mark)
