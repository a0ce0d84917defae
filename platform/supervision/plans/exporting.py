"""A plan with its progress as a workbook, marked with who took it and when."""

from __future__ import annotations

import io
from typing import Final
from uuid import UUID

from kernel.wording import format_moment
from kernel.work import Work
from supervision.plans.reading import plan
from supervision.plans.views import PlanPage

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADS: Final = (
    "序号",
    "监督方式",
    "监督领域和内容",
    "单位和区域",
    "起止月份",
    "责任科室",
    "计划",
    "已立项",
    "已结项",
    "监督活动",
)
WIDTHS: Final = (6, 16, 48, 36, 12, 20, 8, 8, 8, 10)


async def export(work: Work, plan_id: UUID) -> tuple[str, bytes, str]:
    """(file name, content, media type). Audited. Raises NotFound, Denied."""
    view = await plan(work, plan_id, "export")
    work.record("export", "supervision_plan", plan_id, title=f"导出{view.plan.title}", article="规则:留痕")
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    mark = f"导出人 {who}　导出时间 {format_moment(work.now)}"
    return f"{view.plan.title}.xlsx", _workbook(view, mark), MEDIA_TYPE


def _workbook(view: PlanPage, mark: str) -> bytes:
    buffer = io.BytesIO()
    # Loaded with the first export: it would hold up every start.
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("监督计划")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF3FB"})
    sheet.write_string(0, 0, f"{view.plan.title}（第 {view.plan.version} 版，{view.plan.state_label}）", head)
    sheet.write_string(1, 0, mark, book.add_format({"font_color": "#5F6C79"}))
    for column, (title, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(2, column, title, head)
        sheet.set_column(column, column, width)
    for line, i in enumerate(view.items, start=3):
        months = f"{i.from_month}—{i.until_month}月"
        cells = (
            i.no,
            i.mode_label,
            i.field,
            i.area,
            months,
            i.office,
            i.planned,
            i.started,
            i.closed,
            len(i.activities),
        )
        for column, value in enumerate(cells):
            if isinstance(value, int):
                sheet.write_number(line, column, value)
            else:
                sheet.write_string(line, column, value or "—")
    sheet.freeze_panes(3, 0)
    book.close()
    return buffer.getvalue()
