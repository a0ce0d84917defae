"""The figures of an organ and a period as a file: workbook, CSV or JSON, marked with who took it and when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final
from uuid import UUID

import msgspec

from kernel.errors import Invalid
from kernel.wording import format_moment
from kernel.work import Work
from policy import articles
from reporting.figures import reading
from reporting.figures.periods import Period
from reporting.figures.views import CellView, FiguresView

MEDIA_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}
HEADS: Final = ("代码", "分组", "指标", "分项", "单位", "本期", "上期", "依据", "统计口径")
WIDTHS: Final = (32, 14, 26, 28, 8, 12, 12, 18, 60)


async def export(work: Work, organ_id: UUID, period: Period, *, reach: str, form: str) -> tuple[str, bytes, str]:
    """(file name, content, media type). Audited. Raises NotFound, Denied, and Invalid for an unknown form."""
    if form not in MEDIA_TYPES:
        raise Invalid("导出格式应为 xlsx、csv 或者 json。", field="format")
    view = await reading.figures(work, organ_id, period, reach=reach, action="export")
    title = f"导出统计：{view.organ_name}{view.period_label}（{view.reach_label}）"
    detail = {"organ": str(organ_id), "period": period.code, "reach": reach, "format": form}
    work.record("export", "statistics", organ_id, title=title, article="规则:留痕", detail=detail)
    name = f"{view.organ_name}{view.period_label}监督统计.{form}"
    if form == "json":
        return name, msgspec.json.encode(view), MEDIA_TYPES[form]
    if form == "csv":
        return name, _csv(view), MEDIA_TYPES[form]
    who = f"{work.actor.name}（{work.actor.title}）" if work.actor else "系统"
    mark = f"导出人 {who}　导出时间 {format_moment(work.now)}　内部资料，不得外传"
    return name, _workbook(view, mark), MEDIA_TYPES[form]


def _lines(view: FiguresView) -> Iterator[tuple[str | int | float, ...]]:
    for row in view.rows:
        i = row.indicator
        yield (
            i.code, i.group_name, i.name, "", i.unit, _value(row.cell, i.kind), _before(row.cell, i.kind),
            articles.display(i.article), i.rule,
        )  # fmt: skip
        for part in row.cell.parts:
            yield (
                part.code,
                i.group_name,
                i.name,
                part.name,
                i.unit,
                _value(part, i.kind),
                _before(part, i.kind),
                "",
                "",
            )


def _value(cell: CellView, kind: str) -> str | int | float:
    """A number as a number, a mean with its decimals; a rate in percent; two numbers where the base is too small."""
    if cell.value is None or kind == "rate":
        return cell.text
    return cell.value / 100 if kind == "mean" else cell.value


def _before(cell: CellView, kind: str) -> str | int | float:
    if cell.previous is None:
        return ""
    if kind == "mean":
        return cell.previous / 100
    return f"{cell.previous / 100:.1f}%" if kind == "rate" else cell.previous


def _csv(view: FiguresView) -> bytes:
    """With a byte order mark, so that spreadsheets read it as UTF-8. No text in it comes from a user."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEADS)
    writer.writerows(_lines(view))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _workbook(view: FiguresView, mark: str) -> bytes:
    buffer = io.BytesIO()
    # Loaded with the first export: it would hold up every start.
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("监督统计")
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF3FB"})
    grey = book.add_format({"font_color": "#5F6C79"})
    sheet.write_string(0, 0, f"{view.organ_name}　{view.period_label}　{view.reach_label}", head)
    sheet.write_string(1, 0, mark, grey)
    for column, (title, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        sheet.write_string(2, column, title, head)
        sheet.set_column(column, column, width)
    for line, cells in enumerate(_lines(view), start=3):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(line, column, value)
            else:
                sheet.write_number(line, column, value)
    sheet.freeze_panes(3, 3)
    sheet.set_footer(f"&L{mark.replace('&', '&&')[:200]}&R&P / &N")
    book.close()
    return buffer.getvalue()
