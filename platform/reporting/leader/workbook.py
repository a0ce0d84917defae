"""The comparison as a workbook, marked with who took it and when."""

from __future__ import annotations

import io
from typing import Final
from uuid import UUID

from kernel.wording import format_moment
from kernel.work import Work
from reporting.figures.periods import Period
from reporting.leader.overview import overview
from reporting.leader.rules import LEAST_RANKED
from reporting.leader.views import Overview, PartView

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CITY: Final = (
    "单位",
    "立案（件）",
    "在办（件）",
    "逾期（件）",
    "应反馈（份）",
    "按期（份）",
    "按期反馈率",
    "监督决定（份）",
    "线索（条）",
)
COUNTY: Final = ("单位", "收到文书（份）", "应反馈（份）", "按期（份）", "按期反馈率", "逾期（件）")
WIDTHS: Final = (26, 12, 12, 12, 12, 12, 12, 14, 12)


async def workbook(work: Work, organ_id: UUID | None, period: Period) -> tuple[str, bytes, str]:
    """(file name, content, media type). Audited. Raises NotFound, Denied."""
    view = await overview(work, organ_id, period, "export")
    title = f"导出对比表：{view.organ_name}{view.period_label}"
    work.record(
        "export", "overview", view.organ_id, title=title, article="规则:留痕", detail={"period": period.code}
    )  # fmt: skip
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    mark = f"导出人 {who}　导出时间 {format_moment(work.now)}　内部资料，不得外传"
    return f"{view.organ_name}{view.period_label}监督对比.xlsx", _file(view, mark), MEDIA_TYPE


def _line(part: PartView, level: str) -> tuple[str | int, ...]:
    rate = part.in_time
    shown = rate.text if rate.ranked or rate.percent is None else f"{rate.text}（不排名）"
    if level == "city":
        return (
            part.name, part.opened, part.open, part.overdue, rate.whole, rate.part, shown, part.decisions, part.clues
        )  # fmt: skip
    return part.name, part.opened, rate.whole, rate.part, shown, part.overdue


def _file(view: Overview, mark: str) -> bytes:
    buffer = io.BytesIO()
    # Loaded with the first export: it would hold up every start.
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("对比")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF3FB"})
    grey = book.add_format({"font_color": "#5F6C79"})
    sheet.write_string(0, 0, f"{view.organ_name}　{view.period_label}　行政执法监督对比", head)
    sheet.write_string(1, 0, mark, grey)
    for column, name in enumerate(CITY if view.level == "city" else COUNTY):
        sheet.write_string(2, column, name, head)
        sheet.set_column(column, column, WIDTHS[column])
    for line, part in enumerate(view.parts, start=3):
        for column, value in enumerate(_line(part, view.level)):
            if isinstance(value, str):
                sheet.write_string(line, column, value)
            else:
                sheet.write_number(line, column, value)
    note = f"应反馈不足 {LEAST_RANKED} 份的不参与排名；逾期为导出当日情况。"
    sheet.write_string(len(view.parts) + 4, 0, note, grey)
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    book.close()
    return buffer.getvalue()
