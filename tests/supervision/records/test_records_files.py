"""Files into the register: formats, the national field set, mutated lines and files, kills at the borders of parts."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
import xlsxwriter
from sqlalchemy import text

from cli.demo import record_cases as demo
from kernel.errors import Invalid, TooLarge
from supervision.records import importing, models, readers, rules, service
from supervision.records.parsing import parse
from supervision.records.rules import Record
from tests.stories import SUPERVISED
from tests.supervision.records.lines import citizen, jsonl, penalty, uscc
from tests.supervision.records.test_records_taking import fingerprint, seen
from tests.world import World

TODAY = date(2026, 10, 9)
Mutation = Callable[[dict[str, Any], random.Random], bytes | None]


def _with(**changes: Any) -> Mutation:
    return lambda line, _: msgspec.json.encode({k: v for k, v in (line | changes).items() if v != "DROP"})


def _raw(old: bytes, new: bytes) -> Mutation:
    return lambda line, _: msgspec.json.encode(line).replace(old, new, 1)


def _cut(line: dict[str, Any], chance: random.Random) -> bytes:
    raw = msgspec.json.encode(line)
    return raw[: chance.randrange(1, len(raw) - 1)]


WRONG: dict[str, tuple[Mutation, str]] = {
    "kind missing": (_with(kind="DROP"), "kind"),
    "kind unknown": (_with(kind="penality"), "kind"),
    "number missing": (_with(external_id="DROP"), "external_id"),
    "number empty": (_with(external_id=""), "external_id"),
    "version missing": (_with(version="DROP"), "version"),
    "version negative": (_with(version=-1), "version"),
    "version as text": (_with(version="1"), "version"),
    "type of a text": (_with(title=5), "title"),
    "type of a list": (_with(officers="张三"), "officers"),
    "enum": (_with(procedure="普通"), "procedure"),
    "enum in a list": (_with(penalty_kinds=["fine", "hanging"]), "penalty_kinds"),
    "a day that is none": (_with(decided_on="2025-13-40"), "decided_on"),
    "29 February": (_with(decided_on="2025-02-29"), "decided_on"),
    "a day of a spreadsheet": (_with(decided_on=45678), "decided_on"),
    "full-width digits": (_with(decided_on="２０２６-０３-０１"), "decided_on"),
    "a day ahead": (_with(decided_on="2026-10-10"), "decided_on"),
    "a day long ago": (_with(filed_on="1900-01-01"), "filed_on"),
    "no day at all": (_with(filed_on="DROP", decided_on="DROP"), "decided_on"),
    "negative amount": (_with(fine_fen=-100), "fine_fen"),
    "10^18": (_with(fine_fen=10**18), "fine_fen"),
    "10^30": (_raw(b'"fine_fen":', b'"fine_fen":1' + b"0" * 30), "fine_fen"),
    "amount in yuan": (_with(fine_fen=12.5), "fine_fen"),
    "NUL": (_with(title="占道\0经营"), "line"),
    "control character": (_with(title="占道\x1b[31m"), "title"),
    "line break in a title": (_with(case_no="建城管\n〔2026〕1号"), "case_no"),
    "lone surrogate": (_raw(b'"title":"', b'"title":"\\ud800'), "line"),
    "not UTF-8": (_raw("占道".encode(), "占道".encode("gb18030")), "line"),
    "credit code": (_with(party_kind="legal_person", party_name="某公司", party_id_no="DROP",
                          party_uscc="91411000MA0000001X"), "party_uscc"),
    "citizen id": (_with(party_kind="citizen", party_name="王某", party_uscc="DROP",
                         party_id_no="411003197001010000"), "party_id_no"),
    "formula": (_with(title="=HYPERLINK(\"http://evil\")"), "title"),
    "unknown field": (_with(fine=5), "fine"),
    "no object": (lambda _line, _chance: b"[1, 2]", "line"),
    "cut off": (_cut, "line"),
    "nested too deep": (lambda _line, _chance: b"[" * 100_000, "line"),
    "too long": (_with(illegal_facts="长" * 100_000), "line"),
    "longer than its field": (_with(title="长" * 301), "title"),
    "a citizen with a credit code": (_with(party_kind="citizen", party_name="王某", party_uscc=uscc(1)), "party_uscc"),
    "marked absent and yet there": (_with(quality={"fine_fen": "none"}), "fine_fen"),
    "end before begin": (_with(excluded=[{"kind": "听证", "start": "2026-03-02", "end": "2026-03-01"}]), "excluded"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_mutated_line_is_refused_at_its_field(name: str) -> None:
    """100 lines of each class: none is taken, none breaks the reader, each is told at its field."""
    mutate, wanted = WRONG[name]
    for n in range(100):
        chance = random.Random(n)
        raw = mutate(penalty(n), chance)
        assert raw is not None
        found = parse(raw, TODAY)
        assert not isinstance(found, Record), raw[:200]
        fields = {e.field for e in found}
        assert fields & {wanted, "line"}, (name, fields)
        assert all(e.message for e in found)


def test_rules_and_database_know_one_largest_amount() -> None:
    assert models.MOST_FEN == rules.MOST_FEN


def test_random_bytes_never_break_the_reader() -> None:
    """5,000 lines with random bytes put in, taken out or doubled: taken or refused with a reason."""
    for n in range(5_000):
        chance = random.Random(n)
        raw = bytearray(msgspec.json.encode(penalty(n % 50)))
        for _ in range(chance.randrange(1, 5)):
            place = chance.randrange(len(raw))
            what = chance.randrange(3)
            if what == 0:
                raw[place] = chance.randrange(256)
            elif what == 1:
                del raw[place]
            else:
                raw[place:place] = raw[place : place + chance.randrange(1, 9)]
        found = parse(bytes(raw), TODAY)
        assert isinstance(found, Record) or found


async def brought(world: World, name: str, data: bytes, source: str = "own_system") -> Any:
    async with world.work(SUPERVISED, "legal_officer") as work:
        row = await service.begin_import(work, source, name, io.BytesIO(data))
        return service.import_view(row)


def _csv(heads: list[str], *rows: list[str], encoding: str = "utf-8") -> bytes:
    held = io.StringIO(newline="")
    csv.writer(held).writerows([heads, *rows])
    return held.getvalue().encode(encoding)


HEADS = [
    "行为种类*",
    "来源编号*",
    "版本",
    "案件名称",
    "当事人类别",
    "当事人名称",
    "决定日期",
    "罚款（元）",
    "执法人员",
    "依据",
    "违法事实",
]
ROW = ["行政处罚", "A1", "1", "占道经营案", "法人", "演示公司", "2026/3/5", "1,234.50", "16410001；李某(16410002)",
       "《行政处罚法》第九条；《城市市容条例》第三十六条", "第一行\n第二行，含“引号\"”"]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_as_people_fill_it_in(world: World, encoding: str) -> None:
    broken = [*ROW]
    broken[1], broken[6], broken[7] = "A2", "45678", "1.234"
    data = _csv(HEADS, ROW, broken, [*ROW[:1], "A3", *ROW[2:]], encoding=encoding) + b'"open,quote\n'
    done = await brought(world, "案件.csv", data)
    assert (done.state, done.read, done.accepted, done.quarantined) == ("done", 4, 2, 2)
    async with world.work(SUPERVISED, "legal_officer") as work:
        row = (await work.session.execute(text("select * from enforcement_record where external_id = 'A1'"))).one()
        lines = (await service.quarantined(work)).items
    assert (row.fine_fen, row.decided_on, row.party_kind) == (123_450, date(2026, 3, 5), "legal_person")
    assert row.officer_certs == ["16410001", "16410002"]
    assert row.basis == ["《行政处罚法》第九条", "《城市市容条例》第三十六条"]
    assert row.detail["illegal_facts"] == ROW[-1]
    assert {p.field for line in lines for p in line.problems} == {"decided_on", "fine_fen", "line"}


async def test_the_same_csv_again_changes_nothing_and_a_changed_one_does(world: World) -> None:
    heads = [h for h in HEADS if h != "版本"]
    row = [v for h, v in zip(HEADS, ROW, strict=True) if h != "版本"]
    await brought(world, "a.csv", _csv(heads, row))
    before = await fingerprint(world)
    await world.set_clock("2026-10-12 09:00")
    again = await brought(world, "a.csv", _csv(heads, row))
    assert (again.accepted, again.stale) == (0, 1)
    assert await fingerprint(world) == before
    changed = await brought(world, "a.csv", _csv(heads, [*row[:2], "改正后的名称", *row[3:]]))
    assert (changed.accepted, changed.stale) == (1, 0)


async def test_the_national_field_set_is_accepted_in_both_forms(world: World) -> None:
    tree = await world.directory()
    own = tree.name(await world.organ(SUPERVISED))
    heads = ["CF_XDR_MC", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR",
             "CF_NR_FK", "CF_JDRQ", "CF_CFJG", "CF_YXQ"]  # fmt: skip
    row = ["演示商贸有限公司", "法人及非法人组织", uscc(7), "建城管罚〔2026〕7号", "占道经营", "占道",
           "《行政处罚法》第九条",
           "罚款;警告", "罚款二千元", "0.2", "2026/03/05", own, "2099/12/31"]  # fmt: skip
    done = await brought(world, "双公示.csv", _csv(heads, row), "credit")
    assert (done.accepted, done.layout_label) == (1, "双公示行政处罚")
    older = ["CF_XDR_MC", "CF_XDR_LB", "CF_XDR_ZJHM", "CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_YJ", "CF_JG", "CF_JDRQ",
             "CF_XZJG", "CF_ZT"]  # fmt: skip
    old = [
        "王小明",
        "自然人",
        citizen(5),
        "旧〔2026〕8号",
        "占道经营案",
        "警告",
        "《行政处罚法》第九条",
        "警告",
        "2026-03-06",
        own,
        "0",
    ]
    assert (await brought(world, "旧.csv", _csv(older, old), "credit")).accepted == 1
    licence = ["XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_XKWS", "XK_WSH", "XK_XKLB", "XK_NR", "XK_JDRQ", "XK_YXQZ",
               "XK_YXQZI", "XK_XKJG", "XK_ZT"]  # fmt: skip
    granted = ["演示商贸有限公司", "法人及非法人组织", uscc(8), "占道许可", "许〔2026〕1号", "01", "临时占道",
               "2026-03-01",
               "2026-03-01", "2099/12/31", own, "1"]  # fmt: skip
    assert (await brought(world, "许可.csv", _csv(licence, granted), "credit")).accepted == 1
    async with world.work(SUPERVISED) as work:
        query = "select kind, fine_fen, penalty_kinds, party_name from enforcement_record order by external_id"
        rows = [tuple(r) for r in await work.session.execute(text(query))]
    assert ("penalty", 200_000, ["warning", "fine"], "演示商贸有限公司") in rows
    assert ("penalty", None, ["warning"], "王某某") in rows


def workbook(
    rows: list[list[Any]], *, formula: bool = False, merged: bool = False, title: str = "行政执法案件"
) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(readers.SHEET)
    for n, row in enumerate(rows):
        for m, cell in enumerate(row):
            sheet.write(n, m, cell)
    if formula:
        sheet.write_formula(len(rows), 0, "=1+1")
    if merged:
        sheet.merge_range(len(rows) + 1, 0, len(rows) + 1, 3, "合并")
    book.close()
    return held.getvalue()


def _repacked(data: bytes, name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return held.getvalue()


GOOD = workbook([HEADS, ROW])
FILES: dict[str, bytes] = {
    "formula": workbook([HEADS, ROW], formula=True),
    "merged cells": workbook([HEADS, ROW], merged=True),
    "macro": _repacked(GOOD, "xl/vbaProject.bin", b"x"),
    "external entity": _repacked(
        GOOD, "docProps/app.xml", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a/>'
    ),
    "zip bomb": _repacked(GOOD, "xl/worksheets/sheet1.xml", b" " * 150_000_000),
    "no workbook": b"PK\x03\x04" + b"x" * 100,
    "doubled head": workbook([[*HEADS[:2], HEADS[1]], ROW[:3]]),
    "unknown head": workbook([["什么"], ["x"]]),
    "no rows": workbook([HEADS]),
    "an array of JSON": b'[{"kind": "penalty"}]',
    "UTF-16": "行为种类,来源编号\n".encode("utf-16"),
    "nothing": b"",
    "spaces": b"  \n \n",
    "binary": b"\x00\x01\x02",
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_is_none_is_refused_whole(world: World, name: str) -> None:
    before = set(importing.folder().glob("*.part"))
    with pytest.raises((Invalid, TooLarge)):
        await brought(world, "x.xlsx" if FILES[name][:2] == b"PK" else "x", FILES[name])
    assert set(importing.folder().glob("*.part")) == before
    assert await seen(world, SUPERVISED) == 0


async def test_a_workbook_is_taken_row_by_row(world: World) -> None:
    serial: list[Any] = [*ROW]
    serial[1], serial[6] = "A9", 45678
    done = await brought(world, "案件.xlsx", workbook([HEADS, ROW, serial]))
    assert (done.read, done.accepted, done.quarantined) == (2, 1, 1)


async def _import(world: World, data: bytes) -> UUID:
    """Hand a file in that is too big for the request itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "AT_ONCE", 0)
        return UUID(str((await brought(world, "x.jsonl", data)).id))


class Killed(Exception):
    """What takes the place of kill -9: the transaction of the part is gone, and everything with it."""


async def _part(world: World, import_id: UUID, *, kill: bool) -> bool:
    async with world.work(SUPERVISED) as work:
        left = await service.continue_import(work, import_id, 50)
        if kill:
            raise Killed
        return left


async def test_broken_off_at_every_border_nothing_is_lost_or_doubled(world: World, monkeypatch: Any) -> None:
    """20 parts, each killed once before its commit and begun anew; three replays give the same bytes."""
    monkeypatch.setattr(readers, "CHUNK", 20)
    lines = [penalty(n) for n in range(980)] + [penalty(n, fine_fen=-1) for n in range(980, 1000)]
    import_id = await _import(world, jsonl(*lines))
    left = True
    parts = 0
    while left:
        with pytest.raises(Killed):
            await _part(world, import_id, kill=True)
        left = await _part(world, import_id, kill=False)
        parts += 1
    assert parts >= 20
    async with world.work(SUPERVISED, "legal_officer") as work:
        done = await service.import_state(work, import_id)
    assert (done.state, done.read, done.accepted, done.stale, done.quarantined) == ("done", 1000, 980, 0, 20)
    assert await seen(world, SUPERVISED) == 980
    before = await fingerprint(world)
    for _ in range(3):
        again = await _import(world, jsonl(*lines))
        while await _part(world, again, kill=False):
            pass
        assert await fingerprint(world) == before
    service.forget_file(import_id)
    assert not importing.path_of(import_id).exists()


def test_the_demo_city_brings_sound_lines_and_four_wrong_ones() -> None:
    certs = {organ: ["16040001", "16040002"] for organ in demo.ITEMS}
    for today in (date(2026, 10, 9), date(2027, 1, 4), date(2028, 2, 29)):
        district, city = demo.lines(certs, today)
        found = [parse(msgspec.json.encode(line), today) for line in (*district, *city)]
        wrong = [n for n, one in enumerate(found) if not isinstance(one, Record)]
        assert wrong == [296, 297, 298, 299]
        assert demo.lines(certs, today) == (district, city)
