"""Importing a table of discretion benchmarks, all rows or none, as a dated version (Arts. 8(1), 10(7))."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import func, select

from kernel.errors import FieldError, Invalid
from kernel.ids import new_id
from kernel.work import Work
from supervision.checks.models import Benchmark, BenchmarkTier
from tenants.access import Target, authorize
from tenants.organs.errors import DatasetUnreadable
from tenants.organs.sheets import MAX_BYTES, Table, header, read_sheets, sheet_table

ARTICLE: Final = "8(1)"
SHEET: Final = "裁量基准"
MOST_ROWS: Final = 5_000
MOST_ERRORS: Final = 50
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "item_code": ("事项编码", "与执法案件的事项编码一致"),
    "item_name": ("违法行为", ""),
    "basis": ("依据", "违反条款和处罚条款"),
    "tier": ("裁量阶次", "减轻、从轻、一般、从重，或者轻微、较重、严重、特别严重"),
    "code": ("基准编号", "案件引用的编号；空白的由系统编号"),
    "conditions": ("适用条件", ""),
    "party_kind": ("当事人类别", "公民、单位；空白的不分"),
    "measure": ("计罚方式", "定额、倍数、按件；空白的为定额"),
    "min": ("下限（元）", "倍数的填倍数"),
    "max": ("上限（元）", "空白的没有上限"),
    "min_inclusive": ("含下限", "是、否；空白的为是"),
    "max_inclusive": ("含上限", "是、否；空白的为是"),
    "law_min": ("法定下限（元）", "空白的为 0"),
    "law_max": ("法定上限（元）", "空白的没有上限"),
}
REQUIRED: Final = ("item_code", "item_name", "tier", "min", "max")
TIER_CODES: Final[Mapping[str, str]] = {
    "不予处罚": "exempt", "减轻": "reduced", "轻微": "lighter", "从轻": "lighter", "较轻": "lighter",
    "一般": "ordinary", "较重": "heavier", "从重": "heavier", "严重": "heavier", "特别严重": "heavier",
}  # fmt: skip
PARTIES: Final[Mapping[str, str]] = {"": "", "公民": "citizen", "个人": "citizen", "单位": "organisation",
                                     "组织": "organisation"}  # fmt: skip
MEASURES: Final[Mapping[str, str]] = {"": "fixed", "定额": "fixed", "倍数": "multiple", "按件": "per_unit"}
YES: Final[Mapping[str, bool]] = {"": True, "是": True, "否": False}
LIMITS: Final[Mapping[str, int]] = {"item_code": 64, "item_name": 300, "basis": 2000, "code": 64, "conditions": 2000}


async def import_table(
    work: Work, file_name: str, data: bytes, *, name: str, issuer: str, in_force_on: date | None
) -> Benchmark:
    """Take a CSV or XLSX table in as the next version of the benchmark of that name; the version before ends on the day
    before it begins. Raises Denied, Invalid with the line and the column of everything that is wrong."""
    await authorize(work, "benchmark", "import", Target(owner_id=work.organ_id))
    errors = []
    if not name.strip() or len(name) > 100:
        errors.append(FieldError("name", "请填写基准名称，不超过 100 个字。"))
    if not issuer.strip() or len(issuer) > 100:
        errors.append(FieldError("issuer", "请填写制定机关，不超过 100 个字。"))
    if in_force_on is None:
        errors.append(FieldError("in_force_on", "请填写施行日期。"))
    if errors or in_force_on is None:
        raise Invalid(errors=errors, article=ARTICLE)
    rows = read(file_name, data)
    before = await _newest(work, name.strip())
    if before is not None and before.in_force_on >= in_force_on:
        raise Invalid("施行日期应当晚于同名基准的上一版。", field="in_force_on", article=ARTICLE)
    made = Benchmark(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        name=name.strip(),
        issuer=issuer.strip(),
        version=before.version + 1 if before else 1,
        in_force_on=in_force_on,
        row_count=len(rows),
        sha256=hashlib.sha256(data).hexdigest(),
        imported_by_name=work.actor.name if work.actor else "系统",
        imported_at=work.now,
    )
    if before is not None:
        before.ended_on = in_force_on - timedelta(days=1)
    work.session.add(made)
    await work.session.flush()
    work.session.add_all([_row(made, row) for row in rows])
    work.record(
        "import",
        "benchmark",
        made.id,
        title=f"导入裁量基准：{made.name}第 {made.version} 版，{made.row_count} 条",
        note=f"{made.issuer}，{in_force_on} 起施行",
        article=ARTICLE,
    )
    await work.session.flush()
    return made


async def _newest(work: Work, name: str) -> Benchmark | None:
    query = (
        select(Benchmark)
        .where(Benchmark.city_id == work.city_id, Benchmark.organ_id == work.organ_id, Benchmark.name == name)
        .order_by(Benchmark.version.desc())
        .limit(1)
        .with_for_update()
    )
    return (await work.session.scalars(query)).one_or_none()


async def in_force(work: Work, limit: int = 200) -> list[Benchmark]:
    """The versions of the city, the newest first. Raises Denied."""
    await authorize(work, "benchmark", "list", Target(owner_id=work.organ_id))
    query = select(Benchmark).where(Benchmark.city_id == work.city_id)
    query = query.order_by(Benchmark.in_force_on.desc(), Benchmark.id.desc()).limit(limit)
    return list((await work.session.scalars(query)).all())


async def tiers(work: Work, benchmark_id: object, limit: int = MOST_ROWS) -> list[BenchmarkTier]:
    """The rows of a version in the order of its file. Raises Denied."""
    await authorize(work, "benchmark", "list", Target(owner_id=work.organ_id))
    query = select(BenchmarkTier).where(
        BenchmarkTier.city_id == work.city_id, BenchmarkTier.benchmark_id == benchmark_id
    )
    ordered = query.order_by(BenchmarkTier.item_code, BenchmarkTier.line).limit(limit)
    return list((await work.session.scalars(ordered)).all())


async def count(work: Work) -> int:
    query = select(func.count()).where(Benchmark.city_id == work.city_id, Benchmark.organ_id == work.organ_id)
    return await work.session.scalar(query) or 0


def read(file_name: str, data: bytes) -> list[dict[str, object]]:
    """The rows of a table. Raises Invalid with every wrong cell (the first fifty)."""
    try:
        table = _table(file_name, data)
        if not table:
            raise DatasetUnreadable("文件中没有内容。")
        names = header(table[0][1], COLUMNS, REQUIRED, "基准表")
    except DatasetUnreadable as unreadable:
        raise Invalid(str(unreadable), field="file", article=ARTICLE) from None
    if not 1 < len(table) <= MOST_ROWS + 1:
        raise Invalid(f"基准表应当有 1 至 {MOST_ROWS} 行。", field="file", article=ARTICLE)
    errors: list[FieldError] = []
    rows = [_cells(number, dict(zip(names, cells, strict=False)), errors) for number, cells in table[1:]]
    _doubles(rows, errors)
    if errors:
        raise Invalid(errors=errors[:MOST_ERRORS], article=ARTICLE)
    return rows


def _table(file_name: str, data: bytes) -> Table:
    if file_name.lower().endswith(".xlsx"):
        return read_sheets(data, (SHEET,), first=SHEET)[SHEET] or []
    if len(data) > MAX_BYTES:
        raise DatasetUnreadable("文件过大。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DatasetUnreadable("文件不是 UTF-8 或者 GB18030 编码的 CSV，也不是 .xlsx 工作簿。")
    if "\0" in text:
        raise DatasetUnreadable("文件不是 CSV，也不是 .xlsx 工作簿。")
    try:
        return sheet_table(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as broken:
        raise DatasetUnreadable("CSV 的引号或者分隔不正确。") from broken


def _cells(number: int, cells: dict[str, str], errors: list[FieldError]) -> dict[str, object]:
    """One row, checked; what is wrong is added to `errors`."""
    text = {name: (cells.get(name) or "").strip() for name in COLUMNS}

    def wrong(name: str, why: str) -> None:
        errors.append(FieldError("file", f"第 {number} 行“{COLUMNS[name][0]}”：{why}"))

    for name in ("item_code", "item_name", "tier", "min"):
        if not text[name]:
            wrong(name, "没有填写。")
    for name, most in LIMITS.items():
        if len(text[name]) > most:
            wrong(name, f"不超过 {most} 个字。")
    row: dict[str, object] = {name: text[name] for name in LIMITS} | {"line": number}
    for name, known in (("tier", TIER_CODES), ("party_kind", PARTIES), ("measure", MEASURES)):
        if text[name] not in known and text[name]:
            wrong(name, f"应为{'、'.join(one for one in known if one)}。")
        row[name] = known.get(text[name], "")
    for name in ("min_inclusive", "max_inclusive"):
        if text[name] not in YES:
            wrong(name, "应为是或者否。")
        row[name] = YES.get(text[name], True)
    for name in ("min", "max", "law_min", "law_max"):
        row[name] = _fen(text[name])
        if text[name] and row[name] is None:
            wrong(name, "应为不小于 0 的金额，最多两位小数。")
    for low, high in (("min", "max"), ("law_min", "law_max")):
        first, last = row[low], row[high]
        if isinstance(first, int) and isinstance(last, int) and first > last:
            wrong(high, "上限低于下限。")
    row["code"] = row["code"] or f"{text['item_code']}-{text['tier']}"
    return row


def _fen(text: str) -> int | None:
    """Yuan as fen; None for what is no amount."""
    try:
        value = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and 0 <= value <= 10**15 and value == int(value) else None


def _doubles(rows: Sequence[Mapping[str, object]], errors: list[FieldError]) -> None:
    seen: set[tuple[object, object]] = set()
    for row in rows:
        key = (row["code"], row["party_kind"])
        if key in seen:
            errors.append(FieldError("file", f"第 {row['line']} 行“基准编号”：{row['code']}重复。"))
        seen.add(key)


def _row(made: Benchmark, row: Mapping[str, object]) -> BenchmarkTier:
    values = {name: value for name, value in row.items() if name not in ("min", "max", "law_min", "law_max")}
    return BenchmarkTier(
        id=new_id(),
        city_id=made.city_id,
        organ_id=made.organ_id,
        benchmark_id=made.id,
        min_fen=row["min"] or 0,
        max_fen=row["max"],
        law_min_fen=row["law_min"] or 0,
        law_max_fen=row["law_max"],
        **values,
    )
