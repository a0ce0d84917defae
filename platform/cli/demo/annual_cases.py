"""Demo papers of the year: one report received and published, one sent back, one in hand; and a supervision plan that
is being carried out (Arts. 11, 12)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from cli.demo.parts import JIANAN, MARKET, URBAN, WATER, Side
from cli.demo.stage import Case, Stage
from reporting.annual import service as annual
from reporting.annual.commands import Figure, WriteInput
from reporting.annual.rules import SECTIONS
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from supervision.plans import service as plans
from supervision.plans.commands import ItemInput

ITEMS = (
    ItemInput("special", "城市管理领域占道经营执法专项监督（演示）", "建安区城市管理局", 3, 11, "执法监督股", 3),
    ItemInput("file_review", "行政处罚案卷评查（演示）", "区直各部门", 9, 12, "执法监督股", 2),
    ItemInput("inspection", "罚缴分离和票据使用检查（演示）", "区直各部门、各乡镇（街道）", 6, 12, "法制审核室", 4),
)


def annual_cases(stage: Stage) -> Iterator[Case]:
    yield _received(stage)
    yield _sent_back(stage)
    yield _in_hand(stage)
    yield _plan(stage)


def _words(kind: str, name: str) -> dict[str, str]:
    return {
        key: f"{name}围绕{label}开展工作，完成年度安排，有关情况已核对（演示内容）。"
        for key, label in SECTIONS[kind].items()
    }


async def _written(stage: Stage, side: Side, penalties: int) -> UUID:
    async with stage.work(side.contact) as work:
        await annual.start(work)
        paper_id = next(p.id for p in (await annual.papers(work)).items if p.kind == "report")
        entry = WriteInput(
            _words("report", side.organ), (Figure("penalties", penalties), Figure("inspections", 4 * penalties))
        )
        await annual.write(work, paper_id, entry)
    return paper_id


async def _sent(stage: Stage, side: Side, penalties: int) -> UUID:
    paper_id = await _written(stage, side, penalties)
    async with stage.work(side.head) as work:
        await annual.approve(work, paper_id)
    async with stage.work(side.contact) as work:
        await annual.submit(work, paper_id)
    return paper_id


async def _received(stage: Stage) -> None:
    await stage.until(21, "10:20")
    paper_id = await _sent(stage, URBAN, 186)
    await stage.until(20, "09:40")
    async with stage.work(JIANAN.handler) as work:
        await annual.accept(work, paper_id)
    async with stage.work(URBAN.contact) as work:
        await annual.publish(work, paper_id)


async def _sent_back(stage: Stage) -> None:
    await stage.until(15, "16:05")
    paper_id = await _sent(stage, WATER, 41)
    await stage.until(14, "11:30")
    async with stage.work(JIANAN.handler) as work:
        await annual.send_back(work, paper_id, "请补充行政复议和行政诉讼的数量，并说明专项行动情况（演示）。")


async def _in_hand(stage: Stage) -> None:
    await stage.until(4, "15:10")
    await _written(stage, MARKET, 97)


async def _plan(stage: Stage) -> None:
    await stage.until(24, "09:10")
    year = stage.today.year
    async with stage.work(JIANAN.handler) as work:
        plan = await plans.start(work, year)
        await plans.save(work, plan.id, ITEMS)
    async with stage.work(JIANAN.leader) as work:
        await plans.approve(work, plan.id)
        await plans.publish(work, plan.id)
    await stage.until(2, "16:40")
    async with stage.work(JIANAN.handler) as work:
        items = (await plans.plan(work, plan.id)).items
        found = [m for m in (await matters.list_matters(work, MatterFilter(view="all"), limit=20)).items if m.number]
        for n, matter in enumerate(found[:4]):
            await plans.link(work, items[n % 2].item_key, number=matter.number or "")
