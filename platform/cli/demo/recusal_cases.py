"""Recusals (Art. 16): an application that waits for the leader, one granted with the earlier work to confirm, and
declared interests. All persons, companies and facts are invented."""

from __future__ import annotations

from collections.abc import Iterator

from cli.demo.matter_cases import found, served
from cli.demo.parts import JIANAN, MARKET, WATER
from cli.demo.problems import LEDGER, NOT_HEARD
from cli.demo.stage import Case, Stage
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal, DeclareInterest


def recusal_cases(stage: Stage) -> Iterator[Case]:
    yield _declared(stage)
    yield _applied(stage)
    yield _granted(stage)


async def _declared(stage: Stage) -> None:
    """王建国's wife works for an organ that he may come to supervise; 刘思齐 holds shares of a company."""
    await stage.until(18, "09:10")
    async with stage.work("wang") as work:
        await recusals.declare_interest(
            work,
            DeclareInterest(
                holder="spouse",
                relative_name="周晓岚",
                subject_organ_id=stage.organ("建安区交通运输局"),
                nature="employment",
                note="在该局财务股任职。（演示数据）",
                from_on=stage.day(400).date(),
            ),
        )
    async with stage.work("liu") as work:
        await recusals.declare_interest(
            work,
            DeclareInterest(
                holder="self",
                subject_name="许昌演示建材有限公司",
                nature="shareholding",
                note="持有少量股份。（演示数据）",
                from_on=stage.day(300).date(),
            ),
        )


async def _applied(stage: Stage) -> None:
    """The supervised organ applied; the principal leader has still to decide."""
    matter = await found(stage, JIANAN, "陈述申辩意见未复核", MARKET, (NOT_HEARD,), start=4)
    _, delivery = await served(stage, JIANAN, matter, MARKET, (NOT_HEARD,), start=4)
    await stage.until(1, "11:05")
    async with stage.work(MARKET.contact) as work:
        reason = "刘思齐曾在本局任职，离职前与本案经办人员有工作争议，可能影响公正处理。"
        await recusals.apply_recusal(work, delivery.id, "刘思齐", "other", reason)


async def _granted(stage: Stage) -> None:
    """Declared, granted, taken over; the new handler has confirmed a part of what was done before."""
    matter = await found(stage, JIANAN, "执法台账登记不完整", WATER, (LEDGER,), start=7)
    await stage.until(6, "09:20")
    async with stage.work("chen") as work:
        declared = await recusals.declare_recusal(
            work, matter.id, "relative_interest", "近亲属新近到被监督机关任职，与本事项有利害关系。"
        )
    await stage.until(5, "10:40")
    async with stage.work("li") as work:
        decided = DecideRecusal(
            granted=True, reason="经核实情况属实，应当回避。", replacement_post_id=stage.post("wang")
        )
        await recusals.decide_recusal(work, declared.id, decided)
    await stage.until(4, "15:10")
    async with stage.work("wang") as work:
        view = await recusals.recusal(work, declared.id)
        await recusals.settle_step(work, view.steps[0].id, "confirmed", "与刘思齐核对原始记录，确认有效。")
