"""`zhunsheng calendar import`: a whole file or nothing, and deadlines counted again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

import jobs.actors  # noqa: F401
from cli.calendar import OfficialDay, read, store
from cli.console import Failed
from jobs.runtime import HANDLERS
from kernel.ids import new_id
from kernel.models import CalendarDay, OutboxMessage
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.deadlines.recalculation import recalculate_between
from tests.world import World


def _file(folder: Path, text: str) -> Path:
    path = folder / "year.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_good_file(tmp_path: Path) -> None:
    days = read(_file(tmp_path, "\ufeffday,is_workday,name\n2027-01-01,0,元旦\n2027-01-03,是,\n2027-01-09,0,\n"))
    assert days == [
        OfficialDay(date(2027, 1, 1), False, "元旦"),
        OfficialDay(date(2027, 1, 3), True, ""),
        OfficialDay(date(2027, 1, 9), False, ""),
    ]
    assert [day.kind for day in days] == ["holiday", "makeup", "rest"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("date,work\n", "first line"),
        ("day,is_workday,name\n", "no day"),
        ("day,is_workday,name\n2027/1/1,0,\n2027-01-02,maybe,\n", "line 3"),
        ("day,is_workday,name\n2027-01-01,0,\n2027-01-01,1,\n", "twice"),
        ("day,is_workday,name\n2027-01-01\n", "line 2"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(Failed, match=complaint):
        read(_file(tmp_path, text))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="No such file"):
        read(tmp_path / "none.csv")


async def test_days_become_official_and_a_job_follows(world: World) -> None:
    async with world.system() as work:
        before = work.versions["calendar"]
    await store(world.database, world.city_id, [OfficialDay(date(2027, 1, 4), False, "元旦")])
    async with world.system() as work:
        assert work.versions["calendar"] == before + 1
        day = await work.session.get(CalendarDay, date(2027, 1, 4))
        assert day is not None
        assert (day.confirmed, day.is_workday, day.kind) == (True, False, "holiday")
        message = (await work.session.scalars(select(OutboxMessage))).one()
        assert message.job in HANDLERS
        assert message.payload == {"first": "2027-01-04", "last": "2027-01-04"}


async def test_deadlines_on_estimated_days_are_counted_again(world: World) -> None:
    await world.set_clock("2026-12-25 10:00")
    matter = new_id()
    body = await world.organ("建安区司法局")
    async with world.work("建安区司法局", "supervisor") as work:
        started = await deadlines.start(
            work,
            rule_key="instrument.answer.urging_letter",
            subject_kind="instrument",
            subject_id=matter,
            matter_id=None,
            bound_id=body,
            title="书面报告处理情况",
            start_event="送达",
            on=work.today,
        )
        due, identity = started.due_on, started.id
        assert started.provisional
    extra = [OfficialDay(date(2027, 1, 4), False, "元旦"), OfficialDay(date(2027, 1, 5), False, "元旦")]
    await store(world.database, world.city_id, extra)
    async with world.system() as work:
        assert await recalculate_between(work, date(2027, 1, 4), date(2027, 1, 5)) == 1
    async with world.work("建安区司法局") as work:
        again = await work.session.get(Deadline, (world.city_id, identity))
        assert again is not None
        assert again.due_on > due
        assert [change["kind"] for change in again.history] == ["recalculation"]
