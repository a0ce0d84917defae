"""The statistical returns of the last quarter: townships in every state, the county's roll-up, the city that reads it.

Every figure is invented. Days are counted from the end of the quarter, so that the first start may be on any day.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from cli.demo.stage import Case, Stage
from kernel.ids import NIL
from kernel.work import open_work
from reporting.returns import periods, service
from reporting.returns.commands import CellInput
from reporting.returns.views import ReturnView

FORM = "supervision_quarterly"
COUNTY = "建安区司法局"
BOOK = "本单位监督工作台账"
NOTE = "按值班电话和来访登记补记"
COUNTY_FIGURES = {
    "S6_good": "12",
    "S6_pass": "31",
    "S6_fail": "2",
    "S6_bodies": "6",
    "S6_all": "14",
    "S11_term": "9",
    "S11_joined": "21",
    "S12_accepted": "1",
    "S12_settled": "1",
}

OTHER_FIGURES = {"S6_good": "5", "S6_pass": "9", "S6_bodies": "3", "S6_all": "11", "S11_term": "4"}


class Quarter:
    """The last quarter on the stage: waits for its days, and knows the returns by organ."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.period = periods.ended("quarter", stage.today)
        self.length = stage.calendar.workdays_between(self.period.last, stage.today)
        self.opened: dict[str, UUID] = {}

    async def day(self, number: int, at: str) -> bool:
        """Wait for the `number`-th working day after the quarter. False when that is not yet over."""
        if number >= self.length:
            return False
        await self.stage.until(self.length - number, at)
        return True

    async def open(self, username: str) -> UUID:
        async with self.stage.work(username) as work:
            return (await service.open_return(work, FORM, self.period.key)).id

    async def fill(self, username: str, return_id: UUID, **figures: str) -> None:
        """The given figures with a note each; every other manual cell 0."""
        async with self.stage.work(username) as work:
            view = await service.view(work, return_id)
            cells = [cell for section in view.sections for cell in section.cells]
            given = {c.code: CellInput(value="0") for c in cells if c.kind == "manual" and c.typed in ("", "0")}
            given |= {code: CellInput(value=value, note=NOTE) for code, value in figures.items()}
            notes = {section.key: BOOK for section in view.sections}
            if view.missing:
                notes["missing"] = "其余单位正在催报，采用后订正本表。"
            await service.save(work, return_id, given, notes)

    async def hand_in(self, filler: str, head: str, return_id: UUID) -> None:
        async with self.stage.work(filler) as work:
            await service.validate(work, return_id)
        async with self.stage.work(head) as work:
            await service.approve(work, return_id)
        async with self.stage.work(filler) as work:
            await service.submit(work, return_id)

    async def send_back(self, username: str, return_id: UUID, reason: str, **cells: str) -> None:
        async with self.stage.work(username) as work:
            await service.send_back(work, return_id, reason, cells)

    async def accept(self, username: str, return_id: UUID) -> None:
        async with self.stage.work(username) as work:
            await service.accept(work, return_id)


def return_cases(stage: Stage) -> Iterator[Case]:
    quarter = Quarter(stage)
    yield _all_opened(quarter)
    yield _sent_back_and_accepted(quarter)
    yield _accepted_and_revised(quarter)
    yield _departments(quarter)
    yield _late(quarter)
    yield _not_handed_in(quarter)
    yield _being_corrected(quarter)
    yield _county(quarter)
    yield _other_county(quarter)
    yield _reminded(quarter)


async def _all_opened(quarter: Quarter) -> None:
    """What the daily job does below the county's body and the city's."""
    if not await quarter.day(1, "07:40"):
        return
    stage = quarter.stage
    async with open_work(stage.database, city_id=stage.city_id, organ_id=NIL) as work:
        await service.open_below(work, stage.organ(COUNTY))


async def _sent_back_and_accepted(quarter: Quarter) -> None:
    """尚集镇: sent back for one cell, corrected, accepted."""
    if not await quarter.day(3, "09:40"):
        return
    town = await quarter.open("sun")
    await quarter.fill("sun", town, S1_hotline="6", S1_concluded="5", S1_opened="2", S7_daily="4", S7_bodies="3")
    await quarter.hand_in("sun", "tian", town)
    if not await quarter.day(5, "10:10"):
        return
    await quarter.send_back("chen", town, "热线线索与区热线办台账不符，请核对。", S1_hotline="区热线办台账为 8 件。")
    if not await quarter.day(6, "15:20"):
        return
    await quarter.fill("sun", town, S1_hotline="8", S1_concluded="7", S1_opened="2", S7_daily="4", S7_bodies="3")
    await quarter.hand_in("sun", "tian", town)
    if await quarter.day(7, "09:30"):
        await quarter.accept("li", town)


async def _accepted_and_revised(quarter: Quarter) -> None:
    """五女店镇: accepted in time, and revised after the county had handed its roll-up in."""
    if not await quarter.day(4, "11:00"):
        return
    town = await quarter.open("helan")
    await quarter.fill("helan", town, S1_hotline="3", S1_complaint="2", S1_concluded="4", S1_opened="1", S7_bodies="2")
    await quarter.hand_in("helan", "chang", town)
    if not await quarter.day(6, "16:40"):
        return
    await quarter.accept("li", town)
    if not await quarter.day(13, "10:00"):
        return
    async with quarter.stage.work("helan") as work:
        await service.revise(work, town, "漏记 1 件投诉举报，据来访登记更正。")
    await quarter.fill("helan", town, S1_hotline="3", S1_complaint="3", S1_concluded="4", S1_opened="1", S7_bodies="2")
    await quarter.hand_in("helan", "chang", town)
    if await quarter.day(14, "09:20"):
        await quarter.accept("li", town)


async def _departments(quarter: Quarter) -> None:
    """建安区's departments, each by its own contact: in time, accepted in one go."""
    if not await quarter.day(5, "15:40"):
        return
    made = []
    for contact, head, files in (("zhou", "qian", "8"), ("he", "luo", "3"), ("deng", "cao", "2")):
        department = await quarter.open(contact)
        await quarter.fill(contact, department, S6_good=files, S6_bodies="1", S6_all="1")
        await quarter.hand_in(contact, head, department)
        made.append(department)
    if await quarter.day(7, "16:10"):
        for department in made:
            await quarter.accept("li", department)


async def _other_county(quarter: Quarter) -> None:
    """禹州市: its body hands in without its townships, which have not reported; waits for the city."""
    if not await quarter.day(10, "11:20"):
        return
    county = await quarter.open("yao")
    await quarter.fill("yao", county, **OTHER_FIGURES)
    async with quarter.stage.work("yao") as work:
        if any(f.blocks for f in (await service.view(work, county)).findings):
            return
    await quarter.hand_in("yao", "qin", county)


async def _late(quarter: Quarter) -> None:
    """苏桥镇: handed in after the due day, waits to be accepted."""
    if await quarter.day(12, "17:10"):
        town = await quarter.open("pang")
        await quarter.fill("pang", town, S1_hotline="2", S1_concluded="2", S7_bodies="1")
        await quarter.hand_in("pang", "fan", town)


async def _not_handed_in(quarter: Quarter) -> None:
    """灵井镇: begun, with a cell missing and one that does not agree."""
    if not await quarter.day(8, "14:00"):
        return
    town = await quarter.open("luyao")
    async with quarter.stage.work("luyao") as work:
        given = {"S1_opened": CellInput(value="3", note=NOTE), "S1_concluded": CellInput(value="2", note=NOTE)}
        await service.save(work, town, given, {"S1": BOOK})


async def _being_corrected(quarter: Quarter) -> None:
    """桂村乡: sent back, not yet handed in again."""
    if not await quarter.day(7, "14:30"):
        return
    town = await quarter.open("yin")
    await quarter.fill("yin", town, S7_daily="46", S7_bodies="4")
    await quarter.hand_in("yin", "chai", town)
    if await quarter.day(8, "10:40"):
        await quarter.send_back("liu", town, "日常检查次数明显偏大，请核对是否按次计。", S7_daily="上季度为 4 次。")


async def _county(quarter: Quarter) -> None:
    """建安区: rolled up, handed in and accepted by the city."""
    if not await quarter.day(9, "09:10"):
        return
    county = await quarter.open("chen")
    async with quarter.stage.work("chen") as work:
        await service.roll_up_again(work, county)
    await quarter.fill("chen", county, **COUNTY_FIGURES)
    async with quarter.stage.work("chen") as work:
        view = await service.view(work, county)
        explained = {
            f.code: CellInput(value=_typed(view, f.code), note="与台账核对无误") for f in view.findings if f.code
        }
        await service.save(work, county, explained)
        if any(f.blocks for f in (await service.view(work, county)).findings):
            return
    await quarter.hand_in("chen", "li", county)
    if await quarter.day(11, "10:30"):
        await quarter.accept("gao", county)


async def _reminded(quarter: Quarter) -> None:
    """What the daily job does once the day is long past: reminders, and the draft of a circular for the leader."""
    if not await quarter.day(16, "08:00"):
        return
    stage = quarter.stage
    async with open_work(stage.database, city_id=stage.city_id, organ_id=NIL) as work:
        await service.remind_below(work, stage.organ(COUNTY))


def _typed(view: ReturnView, code: str) -> str:
    return next(cell.typed for section in view.sections for cell in section.cells if cell.code == code)
