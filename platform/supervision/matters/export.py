"""A list of matters as a workbook, with a watermark line that names who took it and when."""

from __future__ import annotations

import io
from collections.abc import Sequence
from uuid import UUID

from kernel.wording import format_date, format_moment
from kernel.work import Work
from supervision.matters.listing import VIEWS, MatterFilter, export_rows, rows_of
from supervision.matters.views import MatterRow
from tenants.access import Target, authorize

HEADS = ("编号", "事项", "被监督机关", "承办单位", "环节", "期限", "期限状态", "承办", "来源", "立项日期")
WIDTHS = (20, 44, 30, 20, 14, 14, 18, 18, 16, 14)


async def export(work: Work, chosen: MatterFilter, matter_ids: Sequence[UUID] = ()) -> tuple[str, bytes]:
    """(file name, .xlsx) of the filter's matters, or of the chosen ones. Audited. Raises Denied where policy does
    not let the reader take matters out."""
    await authorize(work, "matter", "export", Target(owner_id=work.organ_id))
    rows = await rows_of(work, matter_ids) if matter_ids else await export_rows(work, chosen)
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    mark = f"导出人 {who}　导出时间 {format_moment(work.now)}　共 {len(rows)} 件　内部资料，不得外传"
    work.record(
        "export",
        "matter",
        None,
        title=f"导出监督事项 {len(rows)} 件",
        note=VIEWS[chosen.view],
        article="规则:留痕",
        detail={"count": len(rows), "query": chosen.q},
    )
    return f"监督事项{work.today:%Y%m%d}.xlsx", _workbook(rows, mark)


def _workbook(rows: Sequence[MatterRow], mark: str) -> bytes:
    buffer = io.BytesIO()
    # Text that begins with = + - @ stays text: a title must never become a formula.
    # Loaded with the first export: it would hold up every start.
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("监督事项")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF3FB"})
    grey = book.add_format({"font_color": "#5F6C79"})
    sheet.write_string(0, 0, mark, grey)
    for column, (title, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width)
    for line, row in enumerate(rows, start=2):
        for column, value in enumerate(_cells(row)):
            sheet.write_string(line, column, value)
    sheet.freeze_panes(2, 1)
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    book.close()
    return buffer.getvalue()


def _cells(row: MatterRow) -> tuple[str, ...]:
    return (
        row.number or "",
        row.title,
        row.supervised_name,
        row.organ_name,
        row.stage_label,
        format_date(row.due_on) if row.due_on else "",
        row.chip.text if row.chip else "",
        row.handlers,
        row.source,
        format_date(row.opened_on) if row.opened_on else "",
    )
