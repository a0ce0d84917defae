"""Audit entries as a file to take along. A cell never becomes a formula, and the taking is an entry itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Final

from kernel.clock import local_time
from kernel.models import AuditEntry
from kernel.wording import format_moment
from kernel.work import Work
from policy.articles import display
from tenants.access import Target, authorize
from web import audit_log
from web.audit_log import AuditFilter

MOST: Final = 10_000
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADS: Final = (
    "序号", "时间", "人员", "职务", "操作", "说明", "对象", "对象编号",
    "结果", "依据", "规则", "来源", "请求编号", "内容",
)  # fmt: skip
WIDTHS: Final = (10, 20, 12, 20, 14, 44, 14, 38, 10, 18, 20, 16, 36, 60)
LEADING: Final = tuple("=+-@\t\r\n＝＋－＠|")
"""What spreadsheets take for the beginning of a formula, in their half- and full-width forms."""
CELL: Final = 32_767
"""Characters that a cell of a workbook holds."""


async def export(work: Work, wanted: AuditFilter, form: str) -> tuple[str, bytes]:
    """(file name, content) of the newest 10,000 entries that meet the filter, as csv or xlsx. Raises Denied for
    everybody but the organ's audit administrator (三员分立)."""
    await authorize(work, "audit", "export", Target(owner_id=work.organ_id))
    found = await audit_log.search(work, wanted, None, MOST)
    more = found.next_after is not None
    rows = [_cells(entry) for entry in found.rows]
    work.record(
        "export",
        "audit",
        None,
        title=f"导出审计记录 {len(rows)} 条",
        detail={"count": len(rows), "more": more, "format": form, "filter": _said(wanted)},
    )
    name = f"审计记录{work.today:%Y%m%d}.{form}"
    if form == "csv":
        return name, _csv(rows)
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    cut = f"（筛选结果超过 {MOST} 条，只含最近 {MOST} 条）" if more else ""
    mark = f"导出人 {who}　导出时间 {format_moment(work.now)}　共 {len(rows)} 条{cut}　内部资料，不得外传"
    return name, _workbook(rows, mark)


def _said(wanted: AuditFilter) -> dict[str, str]:
    """The filter in force, for the entry."""
    values = {
        "q": wanted.words,
        "first": wanted.first,
        "last": wanted.last,
        "action": wanted.action,
        "person": wanted.person,
        "result": wanted.result,
    }
    return {key: str(value) for key, value in values.items() if value}


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    return (
        str(entry.seq),
        f"{local_time(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.actor_name,
        entry.actor_title,
        audit_log.ACTIONS.get(entry.action, entry.action),
        entry.title,
        entry.subject_kind,
        str(entry.subject_id or ""),
        audit_log.outcome(entry),
        display(entry.article) if entry.article else "",
        entry.rule_id or "",
        audit_log.masked(entry.origin),
        entry.request_id,
        json.dumps(entry.detail, ensure_ascii=False, default=str) if entry.detail else "",
    )


def plain_text(cell: str) -> str:
    """The cell as text: an apostrophe goes before what a spreadsheet would calculate."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(LEADING) or cell.startswith(LEADING) else cell


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with its mark: without it Excel takes Chinese for another encoding."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADS)
    writer.writerows([plain_text(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _workbook(rows: Sequence[Sequence[str]], mark: str) -> bytes:
    buffer = io.BytesIO()
    # Loaded with the first export: it would hold up every start.
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("审计记录")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF3FB"})
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#5F6C79"}))
    for column, (title, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width)
    for line, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            sheet.write_string(line, column, value[:CELL])
    sheet.freeze_panes(2, 1)
    book.close()
    return buffer.getvalue()
