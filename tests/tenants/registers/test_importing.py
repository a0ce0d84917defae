"""Workbooks of officers: all rows or none, every wrong cell named, hostile files refused before they are opened."""

from __future__ import annotations

import asyncio
import io
import struct
import time
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from jobs.actors import check_register_import
from kernel.errors import Denied, Invalid, NotFound
from kernel.models import OutboxMessage
from kernel.vault import vault
from tenants.registers import service as registers
from tenants.registers import workbook
from tenants.registers.importing import AT_ONCE, PART
from tenants.registers.listing import OfficerFilter
from tenants.registers.models import Officer, RegisterImport
from tenants.registers.workbook import COLUMNS, REQUIRED, SHEET
from tests.stories import BODY, SUPERVISED
from tests.tenants.registers.files import add, certify, citizen_id
from tests.world import World

HEAD = [title + ("*" if key in REQUIRED else "") for key, (title, _) in COLUMNS.items()]
GOOD = [
    "冯志强",
    citizen_id(1),
    "行政编制",
    "执法队员",
    "执法大队",
    "城市管理；市场监管",
    "2020-03-01",
    "0374-2620110",
    "是",
    "",
]


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")


def book(rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD, sheet: str = SHEET) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        page = made.add_worksheet(sheet)
        for line, cells in enumerate([head, *rows]):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    page.write_datetime(line, place, cell, day)
                elif isinstance(cell, (int, float)):
                    page.write_number(line, place, cell)
                else:
                    page.write_string(line, place, cell)
    return buffer.getvalue()


def row(number: int = 1, **changes: Any) -> list[Any]:
    cells = [*GOOD]
    cells[1] = citizen_id(number)
    for key, value in changes.items():
        cells[list(COLUMNS).index(key)] = value
    return cells


def many(count: int) -> list[list[Any]]:
    born = [date(1980 + n % 20, 1 + n // 20 % 12, 1 + n // 240 % 28) for n in range(count)]
    return [row(citizen_id=citizen_id(n % 900, born[n]), name=f"演示{n}") for n in range(count)]


async def hand_in(world: World, data: bytes, organ: str = SUPERVISED) -> RegisterImport:
    async with world.work(organ, "contact") as work:
        return await registers.begin_import(work, "执法人员.xlsx", data)


async def kept(world: World, organ: str = SUPERVISED) -> int:
    async with world.work(organ) as work:
        query = select(func.count()).select_from(Officer).where(Officer.organ_id == work.organ_id)
        return await work.session.scalar(query) or 0


async def test_good_rows_come_in_sealed_with_dates_of_any_kind(world: World) -> None:
    done = await hand_in(world, book([row(1), row(2, joined_on=date(2021, 5, 6)), row(3, joined_on="2022年7月8日")]))
    assert (done.state, done.rows, done.added, done.changed, done.content) == ("done", 3, 3, 0, None)
    async with world.work(SUPERVISED) as work:
        files = (await work.session.scalars(select(Officer).order_by(Officer.joined_on))).all()
    assert [f.joined_on for f in files] == [date(2020, 3, 1), date(2021, 5, 6), date(2022, 7, 8)]
    assert files[0].areas == ["urban_management", "market_regulation"]
    assert vault().open(files[0].citizen_cipher) == citizen_id(1)
    assert files[0].legal_qualification


async def test_one_wrong_cell_and_nothing_comes_in(world: World) -> None:
    done = await hand_in(world, book([row(n) for n in range(1, 9)] + [row(9, employment="老板")]))
    assert (done.state, done.added, done.problem_count) == ("refused", 0, 1)
    problem = done.problems[0]
    assert (problem["cell"], problem["column"], problem["value"]) == ("C10", "人员性质", "老板")
    assert "行政编制" in problem["message"]
    assert await kept(world) == 0


WRONG = [
    ({"name": ""}, "A2", "必填"),
    ({"name": "=cmd|' /C calc'!A0"}, "A2", "公式"),
    ({"name": "冯\u202e强"}, "A2", "控制字符"),
    ({"citizen_id": citizen_id(1)[:17] + ("0" if citizen_id(1)[17] != "0" else "1")}, "B2", "校验码"),
    ({"citizen_id": "41100319900101"}, "B2", "18位"),
    ({"citizen_id": 411003199001010018}, "B2", "当作数字"),
    ({"citizen_id": "4.11003E+17"}, "B2", "当作数字"),
    ({"title": "@SUM(A1)"}, "D2", "公式"),
    ({"areas": "城管"}, "F2", "不存在"),
    ({"joined_on": "43891"}, "G2", "日期序号"),
    ({"joined_on": 43891}, "G2", "日期序号"),
    ({"joined_on": "去年"}, "G2", "不是日期"),
    ({"joined_on": "2027-01-01"}, "G2", "晚于今天"),
    ({"phone": "问办公室"}, "H2", "联系电话"),
    ({"legal_qualification": "也许"}, "I2", "“是”或“否”"),
    ({"username": "nobody"}, "J2", "登录账号"),
]


@pytest.mark.parametrize(("changes", "cell", "said"), WRONG, ids=[f"{c[1]}-{n}" for n, c in enumerate(WRONG)])
async def test_a_wrong_cell_is_named_with_its_reason(
    world: World, changes: dict[str, Any], cell: str, said: str
) -> None:
    done = await hand_in(world, book([row(**{"number": 1, **changes})]))
    assert done.state == "refused"
    assert [(p["cell"], said in p["message"]) for p in done.problems] == [(cell, True)], done.problems
    assert await kept(world) == 0


async def test_a_report_never_repeats_a_whole_citizen_id(world: World) -> None:
    wrong = citizen_id(1)[:17] + ("0" if citizen_id(1)[17] != "0" else "1")
    done = await hand_in(world, book([row(1, citizen_id=wrong), row(2), row(2)]))
    assert [p["cell"] for p in done.problems] == ["B2", "B4"]
    assert "第 3 行重复" in done.problems[1]["message"]
    text = str(done.problems)
    assert wrong not in text
    assert citizen_id(2) not in text
    async with world.work(SUPERVISED, "contact") as work:
        name, data = await registers.problem_report(work, done.id)
    assert name.endswith(".xlsx")
    found = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert found[2][0] == "B2"


async def test_who_is_on_the_register_is_changed_and_who_left_comes_back(world: World) -> None:
    await add(world, 1)
    gone = await add(world, 2)
    async with world.work(SUPERVISED, "contact") as work:
        await registers.leave(work, gone.id, date(2024, 1, 1), "借调")
    again = row(2, joined_on="2025-01-01")
    done = await hand_in(world, book([row(1, title="中队长"), again, row(3)]))
    assert (done.state, done.added, done.changed) == ("done", 1, 2)
    async with world.work(SUPERVISED) as work:
        files = {f.citizen_hash: f for f in (await work.session.scalars(select(Officer))).all()}
        assert files[vault().lookup(citizen_id(1))].title == "中队长"
        assert files[vault().lookup(citizen_id(2))].left_on is None
    early = await hand_in(world, book([row(1, name="别人")]))
    assert early.problems[0]["cell"] == "A2"


async def test_one_account_is_one_persons(world: World) -> None:
    same = [row(n, name="彭程", username="peng") for n in (1, 2)]
    done = await hand_in(world, book(same))
    assert [(p["cell"], p["message"]) for p in done.problems] == [("J3", "该账号已关联另一份档案。")]
    assert (await hand_in(world, book(same[:1]))).state == "done"
    taken = await hand_in(world, book([row(3, name="彭程", username="peng")]))
    assert [p["cell"] for p in taken.problems] == ["J2"]


async def test_an_import_and_a_new_file_at_the_same_time_make_one_file(world: World) -> None:
    data = book([row(1)])
    outcomes = await asyncio.gather(hand_in(world, data), add(world, 1), return_exceptions=True)
    assert all(not isinstance(o, BaseException) or isinstance(o, Invalid) for o in outcomes), outcomes
    assert await kept(world) == 1


async def test_another_head_is_refused(world: World) -> None:
    for head, said in (
        ([*HEAD[:-1], "工资"], "工资"),
        ([HEAD[0], HEAD[0], *HEAD[2:]], "缺少列"),
        ([*HEAD, HEAD[3]], "重复"),
    ):
        with pytest.raises(Invalid) as refused:
            await hand_in(world, book([[*GOOD, ""]], head))
        assert said in refused.value.message
        assert refused.value.errors[0].field == "file"
    with pytest.raises(Invalid):
        await hand_in(world, book([GOOD], sheet="Sheet1"))
    with pytest.raises(Invalid):
        await hand_in(world, book([]))


def far() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        page = made.add_worksheet(SHEET)
        page.write_row(0, 0, HEAD)
        page.write_string(1_048_575, 16_383, "x")
    return buffer.getvalue()


def bomb(said: int | None = None) -> bytes:
    """A part that unpacks to 300 MB; with `said`, one that claims to be smaller."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
    data = bytearray(buffer.getvalue())
    if said is not None:
        central = data.index(b"PK\x01\x02")
        data[central + 24 : central + 28] = struct.pack("<I", said)
        data[22:26] = struct.pack("<I", said)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"%PDF-1.7", far(), bomb(), bomb(1000)],
    ids=["empty", "broken", "old format", "pdf", "far cell", "bomb", "lying bomb"],
)
async def test_what_is_no_workbook_or_would_burst_is_refused_at_once(world: World, data: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(Invalid) as refused:
        await hand_in(world, data)
    assert refused.value.errors[0].field == "file"
    assert time.perf_counter() - started < 5
    assert await kept(world) == 0


async def test_a_big_workbook_comes_in_by_the_job_in_seconds_and_shows_its_progress(world: World) -> None:
    data = book(many(10_000))
    started = time.perf_counter()
    begun = await hand_in(world, data)
    assert (begun.state, begun.checked) == ("checking", 0)
    assert b"1990" not in (begun.content or b"")
    seen = []
    while True:
        async with world.work(SUPERVISED) as work:
            await check_register_import(work, str(begun.id))
        async with world.work(SUPERVISED, "contact") as work:
            view = await registers.import_view(work, begun.id)
        seen.append(view.checked)
        if view.state != "checking":
            break
    taken = time.perf_counter() - started
    assert (view.state, view.added) == ("done", 10_000)
    assert seen == [PART, 2 * PART, 3 * PART, 10_000]
    assert await kept(world) == 10_000
    assert taken < 60, taken
    print(f"\n10,000 rows in {taken:.1f} s")
    async with world.work(SUPERVISED) as work:
        await check_register_import(work, str(begun.id))
    assert await kept(world) == 10_000


async def test_a_big_workbook_with_one_wrong_cell_leaves_nothing(world: World) -> None:
    rows = many(AT_ONCE + 1)
    rows[-1][2] = "老板"
    begun = await hand_in(world, book(rows))
    async with world.work(SUPERVISED) as work:
        await check_register_import(work, str(begun.id))
    async with world.work(SUPERVISED, "contact") as work:
        view = await registers.import_view(work, begun.id)
    assert (view.state, view.problems[0].cell) == ("refused", f"C{AT_ONCE + 2}")
    assert await kept(world) == 0


async def test_the_job_goes_on_by_itself(world: World) -> None:
    begun = await hand_in(world, book(many(AT_ONCE + 1)))
    async with world.work(SUPERVISED) as work:
        jobs = (await work.session.scalars(select(OutboxMessage))).all()
        assert [(j.job, j.payload) for j in jobs] == [("check_register_import", {"import_id": str(begun.id)})]


async def test_an_import_is_its_own_organs_business(world: World) -> None:
    done = await hand_in(world, book([row(1)]))
    async with world.work("建安区水利局", "contact") as work:
        with pytest.raises(NotFound):
            await registers.import_view(work, done.id)
    async with world.work(BODY, "system_admin") as work:
        with pytest.raises(Denied):
            await registers.begin_import(work, "x.xlsx", book([row(1)]))


async def test_the_template_can_be_read_back_and_the_export_masks(world: World) -> None:
    async with world.work(SUPERVISED, "contact") as work:
        _, template = await registers.template(work)
    with pytest.raises(Invalid, match="没有数据行"):
        workbook.read(template)
    file = await add(world, 1)
    await certify(world, file)
    async with world.work(SUPERVISED, "contact") as work:
        name, data = await registers.export(work, OfficerFilter())
    assert name == "执法人员20261009.xlsx"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert "内部资料" in str(rows[0][0])
    assert rows[2][0] == "冯志强"
    assert rows[2][1] == file.citizen_mask
    assert citizen_id(1) not in str(rows)
