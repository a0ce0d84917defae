"""The template of a kind, to be filled in: an empty workbook or CSV with the heads in Chinese."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from kernel.errors import Invalid
from kernel.work import Work
from supervision.records.fields import CELLS, CODES, KIND_LABELS, columns, label
from supervision.records.reach import KIND, target
from supervision.records.readers import SHEET
from tenants.access import authorize

GUIDE: Final = "填写说明"
REQUIRED: Final = frozenset({"kind", "external_id"})
HINTS: Final = {
    "day": "日期，如 2026-03-01",
    "moment": "时间，如 2026-03-01 09:30",
    "money": "金额，单位元，最多到分",
    "yes": "是 或者 否",
    "number": "整数",
    "list": "多个用分号隔开",
    "text": "文字",
}
SPECIAL: Final = {
    "external_id": "在来源系统中的编号，同一机关内不重复",
    "version": "整数，每次修改增大；留空的，以文件首次上传的时间为版本",
    "organ_uscc": "18 位；与名称都留空的，为本单位",
    "officers": "执法证号，多人用分号隔开；可以写成 姓名(证号)",
    "basis": "如 《行政处罚法》第五十七条，多条用分号隔开",
    "party_id_no": "公民身份号码 18 位，加密保存；按文本填写",
}


def _head(name: str) -> str:
    shown = label(name).replace("（分）", "（元）") if CELLS[name] == "money" else label(name)
    return f"{shown}*" if name in REQUIRED else shown


def _hint(name: str) -> str:
    choices = "、".join(CODES[name].values()) if name in CODES else ""
    return SPECIAL.get(name) or (f"可填：{choices}" if choices else HINTS[CELLS[name]])


async def template(work: Work, kind: str, form: str) -> tuple[str, bytes]:
    """File name and content of the template of a kind, as `xlsx` or `csv`. Raises Invalid, Denied."""
    await authorize(work, KIND, "import", target(work, work.organ_id))
    if kind not in KIND_LABELS:
        raise Invalid(f"请在{'、'.join(KIND_LABELS.values())}中选择。", field="kind")
    if form not in ("xlsx", "csv"):
        raise Invalid("请在 xlsx、csv 中选择。", field="form")
    names = columns(kind)
    if form == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerow([_head(name) for name in names])
        return f"{KIND_LABELS[kind]}填报模板.csv", text.getvalue().encode("utf-8-sig")
    return f"{KIND_LABELS[kind]}填报模板.xlsx", _workbook(kind, names)


def _workbook(kind: str, names: list[str]) -> bytes:
    # Loaded with the first workbook: it would hold up every start.
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#E3ECF7", "border": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet: Any = book.add_worksheet(SHEET)
    sheet.set_column(0, len(names) - 1, 18, text)
    for place, name in enumerate(names):
        sheet.write_string(0, place, _head(name), head)
        if name in CODES and CELLS[name] == "text":
            choices = [KIND_LABELS[kind]] if name == "kind" else list(CODES[name].values())
            sheet.data_validation(1, place, 20_000, place, {"validate": "list", "source": choices})
    sheet.freeze_panes(1, 1)
    guide: Any = book.add_worksheet(GUIDE)
    guide.set_column(0, 0, 26, text)
    guide.set_column(1, 1, 80, text)
    for row, line in enumerate([("栏目", "怎样填写"), *((_head(name), _hint(name)) for name in names)]):
        guide.write_row(row, 0, line, head if row == 0 else text)
    book.close()
    return held.getvalue()
